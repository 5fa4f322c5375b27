package dev.quarry.internal.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AccountTest {
    private final Account root = new Account("root", 1000);

    @Test
    void shouldTellNameAndLimitWhenMade() {
        Account child = root.child("child", 10);
        assertThat(root.name()).isEqualTo("root");
        assertThat(child.name()).isEqualTo("child");
        assertThat(child.limit()).isEqualTo(10);
        assertThat(root.limit()).isEqualTo(1000);
    }

    @Test
    void shouldChargeUpToLimitWhenExact() {
        assertThat(root.charge(1000)).isTrue();
        assertThat(root.charge(1)).isFalse();
        root.release(1);
        assertThat(root.charge(1)).isTrue();
        assertThat(root.charged()).isEqualTo(1000);
    }

    @Test
    void shouldChargeAllAboveWhenChildIsCharged() {
        Account middle = root.child("middle", 500);
        Account leaf = middle.child("leaf", 400);
        assertThat(leaf.charge(300)).isTrue();
        assertThat(List.of(leaf.charged(), middle.charged(), root.charged())).containsExactly(300L, 300L, 300L);
        leaf.release(100);
        assertThat(List.of(leaf.charged(), middle.charged(), root.charged())).containsExactly(200L, 200L, 200L);
    }

    @Test
    void shouldChangeNothingWhenAnyLimitRefuses() {
        Account middle = root.child("middle", 500);
        Account leaf = middle.child("leaf", Long.MAX_VALUE);
        assertThat(leaf.charge(501)).as("beyond the middle's").isFalse();
        middle.setLimit(Long.MAX_VALUE);
        assertThat(leaf.charge(1001)).as("beyond the root's").isFalse();
        assertThat(List.of(leaf.charged(), middle.charged(), root.charged())).containsExactly(0L, 0L, 0L);
        assertThat(List.of(leaf.peak(), middle.peak(), root.peak())).containsExactly(0L, 0L, 0L);
    }

    @Test
    void shouldShareWhatIsLeftWhenThereAreSiblings() {
        Account one = root.child("one", 800);
        Account two = root.child("two", 800);
        assertThat(one.charge(700)).isTrue();
        assertThat(two.charge(301)).isFalse();
        assertThat(two.charge(300)).isTrue();
        assertThat(root.charged()).isEqualTo(1000);
    }

    @Test
    void shouldNotOverflowWhenLimitsAreUnbounded() {
        Account unbounded = new Account("machine", Long.MAX_VALUE);
        Account child = unbounded.child("child", Long.MAX_VALUE);
        assertThat(child.available()).isEqualTo(Long.MAX_VALUE);
        assertThat(child.charge(Long.MAX_VALUE)).isTrue();
        assertThat(child.charge(1)).isFalse();
        assertThat(unbounded.charge(1)).isFalse();
        assertThat(child.available()).isZero();
        child.release(Long.MAX_VALUE);
        assertThat(child.reserve(100)).isTrue();
        assertThat(child.available()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldTakeFromParentAtOnceWhenReserved() {
        Account child = root.child("child", 500);
        assertThat(child.reserve(400)).isTrue();
        assertThat(root.charged()).isEqualTo(400);
        assertThat(child.charged()).isZero();
        assertThat(root.charge(601)).isFalse();
        assertThat(root.charge(600)).isTrue();
        assertThat(child.charge(400))
                .as("within the reservation, although the root is full")
                .isTrue();
        assertThat(root.charged()).isEqualTo(1000);
        assertThat(child.charge(1)).isFalse();
    }

    @Test
    void shouldRefuseReservationWhenLimitsAboveDoNotAllowIt() {
        Account child = root.child("child", 5000);
        assertThat(child.reserve(1001)).isFalse();
        assertThat(root.charged()).isZero();
        assertThat(child.charge(1000)).as("as if nothing was reserved").isTrue();
        assertThat(root.charged()).isEqualTo(1000);
    }

    @Test
    void shouldChargeParentBeyondReservationOnlyWhenChargeCrossesIt() {
        Account child = root.child("child", 500);
        assertThat(child.reserve(100)).isTrue();
        assertThat(child.charge(70)).isTrue();
        assertThat(root.charged()).isEqualTo(100);
        assertThat(child.charge(50)).isTrue();
        assertThat(root.charged()).isEqualTo(120);
        child.release(80);
        assertThat(root.charged()).isEqualTo(100);
        assertThat(child.charged()).isEqualTo(40);
    }

    @Test
    void shouldGiveReservationBackWhenClosed() {
        Account child = root.child("child", 500);
        assertThat(child.reserve(100)).isTrue();
        child.close();
        assertThat(root.charged()).isZero();
    }

    @Test
    void shouldGiveChargesBackWhenClosedBeyondReservation() {
        Account child = root.child("child", 500);
        assertThat(child.reserve(100)).isTrue();
        assertThat(child.charge(300)).isTrue();
        child.close();
        assertThat(root.charged()).isZero();
        assertThat(child.charged()).isZero();
        assertThat(root.peak()).isEqualTo(300);
    }

    @Test
    void shouldForgetChargesWhenRootIsClosed() {
        assertThat(root.charge(10)).isTrue();
        root.close();
        assertThat(root.charged()).isZero();
    }

    @Test
    void shouldOfferItsLimitWhenRootReserves() {
        assertThat(root.reserve(100)).isTrue();
        assertThat(root.available()).isEqualTo(1000);
        assertThat(root.charged()).isZero();
    }

    @Test
    void shouldKeepPeakWhenChargesAreReleased() {
        Account child = root.child("child", 500);
        assertThat(child.charge(300)).isTrue();
        child.release(300);
        assertThat(root.charge(200)).isTrue();
        assertThat(child.peak()).isEqualTo(300);
        assertThat(root.peak()).isEqualTo(300);
        assertThat(child.charge(150)).isTrue();
        assertThat(child.peak()).isEqualTo(300);
        assertThat(root.peak()).isEqualTo(350);
    }

    @Test
    void shouldTellLeastOfAllLimitsWhenAskedForAvailable() {
        Account child = root.child("child", 500);
        assertThat(child.available()).isEqualTo(500);
        assertThat(root.charge(900)).isTrue();
        assertThat(child.available()).isEqualTo(100);
        assertThat(child.reserve(60)).isTrue();
        assertThat(child.available()).as("60 kept, 40 left above").isEqualTo(100);
        assertThat(child.charge(50)).isTrue();
        assertThat(child.available()).isEqualTo(50);
    }

    @Test
    void shouldOfferReservationWhenLimitAboveFallsBelowItsCharges() {
        Account child = root.child("child", 500);
        assertThat(child.reserve(100)).isTrue();
        assertThat(child.charge(30)).isTrue();
        assertThat(root.charge(700)).isTrue();
        root.setLimit(200);
        assertThat(child.available()).isEqualTo(70);
        assertThat(child.charge(71)).isFalse();
        assertThat(child.charge(70)).isTrue();
        assertThat(child.available()).as("nothing is kept any more").isNegative();
    }

    @Test
    void shouldKeepChargesAndRefuseMoreWhenLimitFallsBelow() {
        assertThat(root.charge(500)).isTrue();
        root.setLimit(100);
        assertThat(root.charged()).isEqualTo(500);
        assertThat(root.available()).isEqualTo(-400);
        assertThat(root.charge(1)).isFalse();
        root.release(401);
        assertThat(root.charge(1)).isTrue();
        assertThat(root.charge(1)).isFalse();
    }

    @Test
    void shouldNeverExceedLimitWhenManyThreadsCharge() throws Exception {
        Account middle = root.child("middle", 700);
        List<Account> leaves = List.of(
                middle.child("a", 400),
                middle.child("b", 400),
                root.child("c", 600),
                root.child("d", 600),
                root.child("e", 600));
        assertThat(leaves.getFirst().reserve(100)).isTrue();
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CyclicBarrier start = new CyclicBarrier(leaves.size());
        try (ExecutorService executor = Executors.newFixedThreadPool(leaves.size())) {
            List<Future<?>> threads = new ArrayList<>();
            for (Account leaf : leaves) {
                threads.add(executor.submit(() -> {
                    start.await();
                    chargeAndRelease(leaf, held, most);
                    return null;
                }));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
        }
        assertThat(most.get()).as("held at once, as seen from outside").isBetween(1L, 1000L);
        assertThat(root.peak()).isBetween(most.get(), 1000L);
        assertThat(middle.peak()).isLessThanOrEqualTo(700);
        assertThat(leaves).allMatch(leaf -> leaf.charged() == 0 && leaf.peak() <= leaf.limit());
        assertThat(root.charged()).as("the reservation").isEqualTo(100);
    }

    private static void chargeAndRelease(Account leaf, AtomicLong held, AtomicLong most) {
        for (int i = 0; i < 100_000; i++) {
            long bytes = 50 + i * 37L % 300;
            if (leaf.charge(bytes)) {
                long now = held.addAndGet(bytes);
                most.accumulateAndGet(now, Math::max);
                Thread.onSpinWait();
                held.addAndGet(-bytes);
                leaf.release(bytes);
            }
        }
    }
}
