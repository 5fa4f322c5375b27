package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.OutOfMemoryReport.Holder;
import dev.quarry.OutOfMemoryReport.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutOfMemoryReportTest {
    @Test
    void shouldNameEveryFigureWhenDescribed() {
        OutOfMemoryReport report = report(
                ByteSize.mib(64),
                List.of(new Step("drop caches", 512), new Step("wait for events", ByteSize.mib(2))),
                List.of(new Holder("weights", ByteSize.mib(40), 7), new Holder("(untagged)", 300, 1)));
        assertThat(report.describe()).isEqualTo("""
            pool "train" (cuda:0, device) cannot allocate 24.00 MiB (25165824 B).
              reserved 60.00 MiB (62914560 B) = allocated 41.00 MiB (42991616 B) \
            + cached 1.00 MiB (1048576 B) + pending 8.00 MiB (8388608 B) + free 10.00 MiB (10485760 B); \
            largest free block 4.00 MiB (4194304 B), fragmentation 60 %
              limit 64.00 MiB (67108864 B); device: 5.00 MiB (5242880 B) free of 80.00 GiB (85899345920 B), \
            10.00 GiB (10737418240 B) in use by others
              refused by device cuda:0: 69.00 GiB (74088185856 B) of 70.00 GiB (75161927680 B)
              tried: drop caches: 512 B
              tried: wait for events: 2.00 MiB (2097152 B)
              held by weights: 40.00 MiB (41943040 B) in 7 allocations
              held by (untagged): 300 B in 1 allocations
              Use less.\
            """);
    }

    @Test
    void shouldSayNoneWhenThereIsNoLimit() {
        assertThat(report(Long.MAX_VALUE, List.of(), List.of()).describe()).contains("\n  limit none; device: ");
    }

    @Test
    void shouldOmitLinesWhenNothingWasTriedOrHeld() {
        assertThat(report(1, List.of(), List.of()).describe())
                .doesNotContain("tried:", "held by")
                .endsWith("\n  Use less.");
    }

    @Test
    void shouldNotChangeWhenListsChangeLater() {
        List<Step> steps = new ArrayList<>(List.of(new Step("a", 1)));
        List<Holder> holders = new ArrayList<>(List.of(new Holder("b", 1, 1)));
        OutOfMemoryReport report = report(1, steps, holders);
        steps.clear();
        holders.clear();
        assertThat(report.steps()).containsExactly(new Step("a", 1));
        assertThat(report.holders()).containsExactly(new Holder("b", 1, 1));
    }

    @Test
    void shouldBecomeMessageWhenExceptionIsMade() {
        OutOfMemoryReport report = report(1, List.of(), List.of());
        DeviceOutOfMemoryException exception = new DeviceOutOfMemoryException(report);
        assertThat(exception).hasMessage(report.describe());
        assertThat(exception.report()).isSameAs(report);
    }

    private static OutOfMemoryReport report(long limit, List<Step> steps, List<Holder> holders) {
        return new OutOfMemoryReport(
                "train",
                "cuda:0",
                MemoryKind.DEVICE,
                ByteSize.mib(24),
                limit,
                ByteSize.mib(41),
                ByteSize.mib(1),
                ByteSize.mib(8),
                ByteSize.mib(10),
                ByteSize.mib(60),
                ByteSize.mib(4),
                new MemoryInfo(ByteSize.mib(5), ByteSize.gib(80)),
                new OutOfMemoryReport.Refusal("device cuda:0", ByteSize.gib(70), ByteSize.gib(69), ByteSize.gib(10)),
                0.6,
                steps,
                holders,
                "Use less.");
    }
}
