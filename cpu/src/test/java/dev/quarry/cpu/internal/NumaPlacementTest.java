package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.cpu.CpuOptions;
import dev.quarry.cpu.CpuProvider;
import dev.quarry.cpu.NumaPlacement;
import dev.quarry.spi.Availability;
import dev.quarry.spi.support.ProcFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory nodes as the kernel sees that pages are to be taken there; node 0 is on every machine. */
@EnabledOnOs(OS.LINUX)
class NumaPlacementTest {
    private static final long MIB = 1 << 20;

    @BeforeEach
    void look() {
        assumeTrue(!ProcFile.lines(Path.of("/proc/self/numa_maps")).isEmpty(), "the kernel knows no memory nodes");
        CpuProvider bound = provider(NumaPlacement.bind(List.of(0)));
        assumeTrue(bound.probe() instanceof Availability.Available, "mbind is not allowed here");
    }

    @ParameterizedTest
    @CsvSource({"prefer:0,prefer", "bind:0,bind:0", "interleave:0,interleave:0"})
    void shouldPlaceMemoryOfPoolWhenPlacementIsSet(String placement, String policy) {
        try (Quarry quarry = Quarry.builder()
                .provider(provider(NumaPlacement.parse(placement)))
                .open()) {
            MemoryPool pool = quarry.openPool(
                    quarry.device("cpu:0"),
                    MemoryKind.HOST,
                    PoolOptions.withoutEnvironment().build());
            try (Allocation allocation = pool.allocate(4 * MIB)) {
                allocation.segment().fill((byte) 1);
                assertThat(policyAt(allocation.address())).startsWith(policy);
            }
            pool.trim();
            try (Allocation again = pool.allocate(4 * MIB)) {
                assertThat(policyAt(again.address())).startsWith(policy);
            }
        }
    }

    @Test
    void shouldLeavePolicyToSystemWhenNothingIsSet() {
        try (HostPages pages =
                new MappedPages(new LockLimit(Path.of("/")), false, new MemoryPolicy(NumaPlacement.system()))) {
            assertThat(policyAt(pages.map(4 * MIB))).isEqualTo("default");
            assertThat(pages.description()).doesNotContain("nodes");
        }
    }

    @Test
    void shouldBeMissingWithReasonWhenNodeDoesNotExist() {
        CpuProvider provider = provider(NumaPlacement.bind(List.of(1023)));
        assertThat(provider.probe()).isInstanceOfSatisfying(Availability.Missing.class, missing -> {
            assertThat(missing.reason()).contains("quarry.cpu.numa = bind:1023");
            assertThat(missing.tried()).singleElement().asString().contains("mbind");
            assertThat(missing.remedy()).contains("/sys/devices/system/node/online");
        });
        try (Quarry quarry = Quarry.builder().provider(provider).open()) {
            assertThatThrownBy(() -> quarry.device("cpu:0")).hasMessageContaining("cpu:0");
        }
    }

    private static CpuProvider provider(NumaPlacement placement) {
        return new CpuProvider(CpuOptions.builder().numa(placement).build());
    }

    /** Returns what {@code /proc/self/numa_maps} says of the mapping at an address. */
    private static String policyAt(long address) {
        String found = "";
        for (String line : ProcFile.lines(Path.of("/proc/self/numa_maps"))) {
            String[] words = line.split(" ", -1);
            if (Long.compareUnsigned(Long.parseUnsignedLong(words[0], 16), address) <= 0) {
                found = words[1];
            }
        }
        return found;
    }
}
