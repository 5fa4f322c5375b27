package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.MemoryKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What no correct caller asks of virtual memory, and that nothing changes by it. */
@EnabledOnOs(OS.LINUX)
class HostVirtualMemoryMisuseTest extends VirtualMemoryCase {
    private long range;
    private long handle;

    /** One handle of two pages at the second page of a range of eight. */
    @BeforeEach
    void mapOne() {
        range = reserve(8 * PAGE);
        handle = createAt(range + PAGE, 2 * PAGE);
    }

    @Test
    void shouldThrowWhenKindHasNoVirtualMemory() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> memory.pageSize(MemoryKind.PINNED))
                .withMessageContaining("pinned");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> memory.create(MemoryKind.PINNED, PAGE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.reserve(MemoryKind.DEVICE, PAGE))
                .withMessageContaining("device");
    }

    @Test
    void shouldThrowWhenNotWholePages() {
        for (long bytes : new long[] {0, -PAGE, 1, PAGE - 1, PAGE + 4096, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reserve(bytes))
                    .withMessageContaining("bytes = " + bytes);
            assertThatIllegalArgumentException().isThrownBy(() -> create(bytes));
            assertThatIllegalArgumentException().isThrownBy(() -> memory.map(range + 4 * PAGE, bytes, handle));
            assertThatIllegalArgumentException().isThrownBy(() -> memory.setAccess(range + PAGE, bytes));
        }
        long other = create(PAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.map(range + 4 * PAGE + 4096, PAGE, other))
                .withMessageContaining(hex(range + 4 * PAGE + 4096));
    }

    @Test
    void shouldThrowWhenHandleIsMappedAlready() {
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.map(range + 4 * PAGE, 2 * PAGE, handle))
                .withMessageContaining("memory handle " + handle)
                .withMessageContaining(hex(range + PAGE));
        memory.unmap(range + PAGE, 2 * PAGE);
    }

    @Test
    void shouldThrowWhenSomethingIsMappedThere() {
        long other = create(2 * PAGE);
        for (int page = 0; page < 3; page++) {
            long address = range + page * PAGE;
            assertThatIllegalStateException()
                    .isThrownBy(() -> memory.map(address, 2 * PAGE, other))
                    .withMessageContaining(hex(address))
                    .withMessageContaining("mapped there is " + hex(range + PAGE) + ", " + 2 * PAGE);
        }
        long whole = create(4 * PAGE);
        assertThatIllegalStateException().isThrownBy(() -> memory.map(range, 4 * PAGE, whole));
        memory.map(range + 3 * PAGE, 2 * PAGE, other);
    }

    @Test
    void shouldThrowWhenOutsideOfRange() {
        long other = create(2 * PAGE);
        long huge = create(2 * PAGE);
        for (long address : new long[] {range - PAGE, range + 7 * PAGE, range + 8 * PAGE, 0, -PAGE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> memory.map(address, 2 * PAGE, other))
                    .withMessageContaining(hex(address))
                    .withMessageContaining("not in one reserved range");
        }
        memory.release(huge, 2 * PAGE);
        memory.map(range + 6 * PAGE, 2 * PAGE, other);
    }

    @Test
    void shouldThrowWhenHandleHasAnotherSizeOrIsUnknown() {
        long other = create(PAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.map(range + 4 * PAGE, 2 * PAGE, other))
                .withMessageContaining("has " + PAGE + " bytes, not " + 2 * PAGE);
        assertThatIllegalArgumentException().isThrownBy(() -> memory.release(other, 2 * PAGE));
        memory.release(other, PAGE);
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.release(other, PAGE))
                .withMessageContaining("does not exist any more");
        assertThatIllegalStateException().isThrownBy(() -> memory.map(range + 4 * PAGE, PAGE, other));
        assertThatIllegalStateException().isThrownBy(() -> memory.map(range + 4 * PAGE, PAGE, 0));
        assertThat(create(PAGE)).isNotIn(0L, handle, other);
    }

    @Test
    void shouldThrowWhenUnmappedOtherwiseThanMapped() {
        createAt(range + 3 * PAGE, PAGE);
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.unmap(range + PAGE, PAGE))
                .withMessageContaining("but " + hex(range + PAGE) + ", " + 2 * PAGE);
        assertThatIllegalStateException().isThrownBy(() -> memory.unmap(range + 2 * PAGE, PAGE));
        assertThatIllegalStateException().isThrownBy(() -> memory.unmap(range + PAGE, 3 * PAGE));
        memory.unmap(range + PAGE, 2 * PAGE);
        assertThatIllegalStateException().isThrownBy(() -> memory.unmap(range + PAGE, 2 * PAGE));
    }

    @Test
    void shouldThrowWhenAccessIsAskedBesideMappings() {
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.setAccess(range + PAGE, 3 * PAGE))
                .withMessageContaining("at " + hex(range + 3 * PAGE) + " is none");
        assertThatIllegalStateException().isThrownBy(() -> memory.setAccess(range + PAGE, PAGE));
        assertThatIllegalStateException().isThrownBy(() -> memory.setAccess(range + 2 * PAGE, PAGE));
        memory.setAccess(range + PAGE, 2 * PAGE);
    }

    @Test
    void shouldThrowWhenMappedHandleIsReleased() {
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.release(handle, 2 * PAGE))
                .withMessageContaining("is mapped: " + hex(range + PAGE));
        memory.unmap(range + PAGE, 2 * PAGE);
        memory.release(handle, 2 * PAGE);
    }

    @Test
    void shouldThrowWhenUnreservedWithMappingsOrInPart() {
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.unreserve(range, 8 * PAGE))
                .withMessageContaining("mapped is " + hex(range + PAGE));
        memory.unmap(range + PAGE, 2 * PAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.unreserve(range, 7 * PAGE))
                .withMessageContaining("but " + hex(range) + ", " + 8 * PAGE);
        assertThatIllegalArgumentException().isThrownBy(() -> memory.unreserve(range + PAGE, 7 * PAGE));
        memory.unreserve(range, 8 * PAGE);
        assertThatIllegalArgumentException().isThrownBy(() -> memory.unreserve(range, 8 * PAGE));
        assertThatIllegalArgumentException().isThrownBy(() -> memory.map(range + PAGE, 2 * PAGE, handle));
    }
}
