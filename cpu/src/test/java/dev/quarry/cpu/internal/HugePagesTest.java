package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.quarry.cpu.NumaPlacement;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Huge pages as the kernel sees that they are asked for. */
@EnabledOnOs(OS.LINUX)
class HugePagesTest {
    private static final long MIB = 1 << 20;

    @Test
    void shouldAskForHugePagesWhenOptionIsSetAndRangeIsLarge() {
        assumeFalse(Machine.transparentHugePages(Path.of("/")).orElse("never").equals("never"), "the kernel has none");
        try (HostPages pages =
                new MappedPages(new LockLimit(Path.of("/")), true, new MemoryPolicy(NumaPlacement.system()))) {
            long range = pages.reserve(64 * MIB);
            pages.open(range + 2 * MIB, 2 * MIB);
            assertThat(Smaps.flags(range)).contains("hg");
            assertThat(Smaps.flags(range + 2 * MIB)).contains("hg");
            assertThat(Smaps.flags(pages.map(2 * MIB))).contains("hg");
            assertThat(Smaps.flags(pages.map(MIB))).doesNotContain("hg");
            assertThat(pages.description()).contains("huge");
        }
    }

    @Test
    void shouldNotAskForHugePagesWhenOptionIsNotSet() {
        try (HostPages pages =
                new MappedPages(new LockLimit(Path.of("/")), false, new MemoryPolicy(NumaPlacement.system()))) {
            assertThat(Smaps.flags(pages.reserve(64 * MIB))).doesNotContain("hg");
            assertThat(Smaps.flags(pages.map(64 * MIB))).doesNotContain("hg");
            assertThat(pages.description()).doesNotContain("huge");
        }
    }
}
