package dev.quarry.bench.compare;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One trace's line of the comparison.
 *
 * @param trace its name
 * @param figures what was measured in this sitting
 * @param peer what the peers reach, or {@code null} for a trace that they were not measured on
 * @param factor what turns this machine's times into those of the peers' machine, or {@code null} if not known
 */
record Row(
        String trace,
        Figures figures,
        @Nullable Peer peer,
        @Nullable Double factor) {
    /** The titles of the cells. */
    static final List<String> TITLES = List.of(
            "trace",
            "Quarry ns",
            "malloc ns",
            "/ malloc",
            "PyTorch ns",
            "must",
            "Quarry ns normalised",
            "bound",
            "must",
            "RMM ns",
            "aim",
            "reserved",
            "PyTorch reserved",
            "must",
            "lazy reserved",
            "lazy / immediate",
            "lazy ns / immediate",
            "OOM",
            "PyTorch OOM");

    private static final String NONE = "–";

    /** Returns the cells as text. */
    List<String> cells() {
        return List.of(
                trace,
                figures.nanos() == null ? "failed" : text("%.1f", figures.nanos()),
                malloc(),
                text("%.2f", quotient(figures.nanos(), figures.mallocNanos())),
                peer == null ? NONE : text("%.0f", peer.pytorchNanos()),
                fast().toString(),
                text("%.1f", normalised()),
                peer == null ? NONE : text("%.0f", peer.bound()),
                fastNormalised().toString(),
                peer == null ? NONE : peer.rmm(),
                aim().toString(),
                text("%.3f", figures.ratio()),
                text("%.3f", peer == null ? null : peer.pytorchRatio()),
                lean().toString(),
                text("%.3f", figures.lazyRatio()),
                text("%.3f", quotient(figures.lazyRatio(), figures.ratio())),
                text("%.2f", quotient(figures.lazyNanos(), figures.nanos())),
                Objects.requireNonNullElse(figures.failures(), NONE).toString(),
                peer == null ? NONE : Long.toString(peer.pytorchFailures()));
    }

    /** Returns what must be so. */
    Stream<Verdict> musts() {
        return Stream.of(fast(), fastNormalised(), lean());
    }

    /** Judges the time by half of PyTorch's. */
    private Verdict fast() {
        return Verdict.atMost(figures.nanos(), peer == null ? null : peer.halfOfPytorch());
    }

    /** Judges the time by the bound, as it would be on the peers' machine. */
    private Verdict fastNormalised() {
        return Verdict.atMost(normalised(), peer == null || factor == null ? null : peer.bound());
    }

    /** Judges the time by RMM's; what lies within a range of RMM's times stays open. */
    private Verdict aim() {
        if (peer == null) {
            return Verdict.OPEN;
        }
        Verdict surely = Verdict.atMost(figures.nanos(), peer.rmmLeastNanos());
        return surely == Verdict.atMost(figures.nanos(), peer.rmmMostNanos()) ? surely : Verdict.OPEN;
    }

    /**
     * Judges the memory by PyTorch's, to the three digits that are known of it. Where PyTorch refuses allocations, there is
     * no ratio to compare: no more may be refused then.
     */
    private Verdict lean() {
        if (peer == null) {
            return Verdict.OPEN;
        }
        if (peer.pytorchFailures() > 0) {
            Long failures = figures.failures();
            return Verdict.atMost(failures == null ? null : failures.doubleValue(), (double) peer.pytorchFailures());
        }
        Double ratio = figures.ratio();
        return Verdict.atMost(ratio == null ? null : Math.rint(ratio * 1000) / 1000, peer.pytorchRatio());
    }

    private @Nullable Double normalised() {
        return figures.nanos() == null || factor == null ? null : figures.nanos() * factor;
    }

    private String malloc() {
        String time = text("%.1f", figures.mallocNanos());
        Long refused = figures.mallocFailures();
        return refused == null || refused == 0 ? time : time + " (" + refused + " refused)";
    }

    private static @Nullable Double quotient(@Nullable Double dividend, @Nullable Double divisor) {
        return dividend == null || divisor == null ? null : dividend / divisor;
    }

    private static String text(String format, @Nullable Double value) {
        return value == null ? NONE : String.format(Locale.ROOT, format, value);
    }
}
