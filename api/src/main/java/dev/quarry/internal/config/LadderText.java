package dev.quarry.internal.config;

import dev.quarry.LadderStep;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The text form of a set of ladder steps: all, none, the steps, or each step that is missing behind a minus. */
final class LadderText {
    /** What text may be, for messages. */
    static final String EXPECTED =
            "all, none, or a list with commas: of steps, or of steps to leave out, each behind a minus,"
                    + " such as -wait,-remap; steps are "
                    + Arrays.stream(LadderStep.values())
                            .map(LadderStep::toString)
                            .collect(Collectors.joining(", "));

    private LadderText() {}

    /**
     * Reads a set.
     *
     * @throws IllegalArgumentException if the text is no such set
     */
    static Set<LadderStep> parse(String text) {
        if (text.equals("all")) {
            return EnumSet.allOf(LadderStep.class);
        }
        if (text.equals("none")) {
            return EnumSet.noneOf(LadderStep.class);
        }
        boolean without = text.startsWith("-");
        Set<LadderStep> named = EnumSet.noneOf(LadderStep.class);
        for (String part : text.split(",", -1)) {
            String name = part.strip();
            if (name.startsWith("-") != without) {
                throw new IllegalArgumentException("steps to take and steps to leave out in one list");
            }
            named.add(step(without ? name.substring(1) : name));
        }
        return without ? missing(named) : named;
    }

    /** Writes a set, in the shorter form. */
    static String format(Set<LadderStep> steps) {
        Set<LadderStep> missing = missing(steps);
        if (missing.isEmpty()) {
            return "all";
        }
        if (steps.isEmpty()) {
            return "none";
        }
        return missing.size() < steps.size()
                ? list("-", missing)
                : list("", steps.stream().sorted().toList());
    }

    private static String list(String sign, Collection<LadderStep> steps) {
        return steps.stream().map(step -> sign + step).collect(Collectors.joining(","));
    }

    private static Set<LadderStep> missing(Set<LadderStep> steps) {
        Set<LadderStep> missing = EnumSet.allOf(LadderStep.class);
        missing.removeAll(steps);
        return missing;
    }

    private static LadderStep step(String name) {
        for (LadderStep step : LadderStep.values()) {
            if (step.toString().equals(name)) {
                return step;
            }
        }
        throw new IllegalArgumentException("no step \"" + name + "\"");
    }
}
