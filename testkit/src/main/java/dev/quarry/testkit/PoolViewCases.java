package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import dev.quarry.ViewSafety;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Memory as a segment, under each protection. */
interface PoolViewCases extends PoolSubject {
    @Test
    default void shouldGiveNoBytesWhenHostHasNoAccess() {
        assumeTrue(!kind().isHostAccessible(), "the host has access");
        Allocation allocation = pool().allocate(100);
        assertThat(allocation.segment().address()).isEqualTo(allocation.address());
        assertThat(allocation.segment().byteSize()).isZero();
        allocation.close();
        assertThatThrownBy(allocation::segment).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void shouldStayUsableWhenThereIsNoMemoryToView() {
        assumeTrue(kind().isHostAccessible() && !canView(), "there is memory to view");
        Allocation allocation = pool().allocate(100);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(allocation::segment).isInstanceOf(UnsupportedOperationException.class);
        }
        Crew.elsewhere(allocation::close);
        assertThat(allocation.isOpen()).isFalse();
    }

    @Test
    default void shouldHoldBytesWhenViewed() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        for (ViewSafety safety : ViewSafety.values()) {
            Allocation first = pool.allocate(AllocationRequest.of(5000).viewSafety(safety));
            Allocation second = pool.allocate(AllocationRequest.of(5000).viewSafety(safety));
            MemorySegment view = first.segment();
            assertThat(view.address()).isEqualTo(first.address());
            assertThat(view.byteSize()).isEqualTo(5000);
            view.fill((byte) 1);
            second.segment().fill((byte) 2);
            assertThat(first.segment().get(ValueLayout.JAVA_BYTE, 4999)).isEqualTo((byte) 1);
            assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 5000))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            first.close();
            assertThat(second.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
            second.close();
            assertThatThrownBy(first::segment).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    default void shouldThrowWhenStaleViewIsUsed() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        for (ViewSafety safety : List.of(ViewSafety.CONFINED, ViewSafety.CHECKED)) {
            Allocation allocation = pool.allocate(AllocationRequest.of(100).viewSafety(safety));
            MemorySegment view = allocation.segment();
            MemorySegment slice = view.asSlice(10, 10);
            allocation.close();
            assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> slice.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    default void shouldBelongToItsThreadWhenConfined() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        Allocation allocation = pool.allocate(AllocationRequest.of(100).viewSafety(ViewSafety.CONFINED));
        MemorySegment view = allocation.segment();
        long free = pool.statistics().freeBytes();
        Crew.elsewhere(() -> {
            assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(allocation::segment).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(allocation::close)
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageContaining("SHARED");
            assertThatThrownBy(() -> allocation.close(device().defaultStream()))
                    .isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(allocation::closeAfter).isInstanceOf(WrongThreadException.class);
        });
        assertThat(allocation.isOpen()).isTrue();
        assertThat(pool.statistics().freeBytes()).isEqualTo(free);
        view.set(ValueLayout.JAVA_BYTE, 0, (byte) 5);
        allocation.close();
    }

    @Test
    default void shouldCloseFromAnyThreadWhenNoViewWasMade() {
        MemoryPool pool = pool();
        Allocation allocation = pool.allocate(100);
        Crew.elsewhere(allocation::close);
        assertThat(allocation.isOpen()).isFalse();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldServeAllThreadsWhenSharedOrChecked() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool(options -> options.viewSafety(ViewSafety.SHARED));
        for (Allocation allocation : List.of(
                pool.allocate(100),
                pool.allocateAsync(100).join(),
                pool.allocate(AllocationRequest.of(100).viewSafety(ViewSafety.CHECKED)))) {
            AtomicReference<MemorySegment> view = new AtomicReference<>();
            Crew.elsewhere(() -> {
                view.set(allocation.segment());
                view.get().set(ValueLayout.JAVA_BYTE, 99, (byte) 7);
            });
            assertThat(view.get().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
            assertThat(allocation.segment().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
            Crew.elsewhere(allocation::close);
            assertThatThrownBy(allocation::segment).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(allocation::close).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    default void shouldStayValidWhenPoolClosesBeforeAllocation() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        List<Allocation> all = new ArrayList<>();
        List<MemorySegment> views = new ArrayList<>();
        for (ViewSafety safety : ViewSafety.values()) {
            Allocation allocation = pool.allocate(AllocationRequest.of(100).viewSafety(safety));
            views.add(allocation.segment());
            all.add(allocation);
        }
        pool.close();
        for (int i = 0; i < all.size(); i++) {
            views.get(i).set(ValueLayout.JAVA_BYTE, 0, (byte) i);
            assertThat(all.get(i).segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
        }
        all.forEach(Allocation::close);
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }

    @Test
    default void shouldLetOneViewOrCloseWinWhenThreadsRace() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        for (int round = 0; round < 200; round++) {
            Allocation allocation = pool.allocate(64);
            Crew.Task view = () -> {
                try {
                    allocation.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                    allocation.close();
                } catch (IllegalStateException | WrongThreadException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            };
            Crew.Task close = () -> {
                try {
                    allocation.close();
                } catch (IllegalStateException | WrongThreadException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            };
            Crew.run(List.of(view, close));
            assertThat(allocation.isOpen()).isFalse();
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }
}
