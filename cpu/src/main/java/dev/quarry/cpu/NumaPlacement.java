package dev.quarry.cpu;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * On which of the machine's memory nodes pages are taken, for all memory of {@code cpu:0}. Immutable.
 *
 * <p>A page is taken when it is first written to, and stays where it is until a pool gives it back.
 *
 * @param policy the rule
 * @param nodes the nodes' numbers as in {@code /sys/devices/system/node}, ascending; none with {@link Policy#SYSTEM}, one with
 *     {@link Policy#PREFER}, at least one otherwise
 */
public record NumaPlacement(Policy policy, List<Integer> nodes) {
    private static final int MOST_NODES = 1024; // CONFIG_NODES_SHIFT of Linux is at most 10
    private static final Pattern TEXT = Pattern.compile("(prefer|bind|interleave):([0-9]{1,4}(?:,[0-9]{1,4})*)");

    /** The rules, as {@code mbind} of Linux has them. */
    public enum Policy {
        /** The process' own: usually the node of the thread that first writes to a page. */
        SYSTEM,
        /** One node as long as it has memory, others after that. */
        PREFER,
        /** These nodes and no others. */
        BIND,
        /** These nodes in turn, page by page. */
        INTERLEAVE
    }

    /**
     * Makes one.
     *
     * @throws IllegalArgumentException if a node is negative or above 1023, or there are too many or too few for the rule
     */
    public NumaPlacement {
        Objects.requireNonNull(policy, "policy");
        nodes = List.copyOf(new TreeSet<>(nodes));
        boolean fits = switch (policy) {
            case SYSTEM -> nodes.isEmpty();
            case PREFER -> nodes.size() == 1;
            case BIND, INTERLEAVE -> !nodes.isEmpty();
        };
        if (!fits) {
            throw new IllegalArgumentException("nodes = " + nodes + " (expected: "
                    + (policy == Policy.SYSTEM ? "none" : policy == Policy.PREFER ? "one" : "at least one") + " for "
                    + policy + ")");
        }
        if (nodes.stream().anyMatch(node -> node < 0 || node >= MOST_NODES)) {
            throw new IllegalArgumentException("nodes = " + nodes + " (expected: 0 to " + (MOST_NODES - 1) + ")");
        }
    }

    /** Leaves it to the system. */
    public static NumaPlacement system() {
        return new NumaPlacement(Policy.SYSTEM, List.of());
    }

    /** Takes pages on one node as long as it has memory. */
    public static NumaPlacement prefer(int node) {
        return new NumaPlacement(Policy.PREFER, List.of(node));
    }

    /** Takes pages on these nodes only. */
    public static NumaPlacement bind(Collection<Integer> nodes) {
        return new NumaPlacement(Policy.BIND, List.copyOf(nodes));
    }

    /** Takes pages on these nodes in turn. */
    public static NumaPlacement interleave(Collection<Integer> nodes) {
        return new NumaPlacement(Policy.INTERLEAVE, List.copyOf(nodes));
    }

    /**
     * Reads what {@link #toString()} writes: {@code system}, {@code prefer:0}, {@code bind:0,1} or {@code interleave:0,1}.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static NumaPlacement parse(String text) {
        if (text.equals("system")) {
            return system();
        }
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    text + " (expected: system, prefer:NODE, bind:NODE,NODE… or interleave:NODE,NODE…)");
        }
        return new NumaPlacement(
                Policy.valueOf(parts.group(1).toUpperCase(Locale.ROOT)),
                Arrays.stream(parts.group(2).split(",", -1))
                        .map(Integer::valueOf)
                        .toList());
    }

    /** Returns whether it is left to the system. */
    public boolean isSystem() {
        return policy == Policy.SYSTEM;
    }

    @Override
    public String toString() {
        return policy.name().toLowerCase(Locale.ROOT)
                + (nodes.isEmpty()
                        ? ""
                        : nodes.stream().map(String::valueOf).collect(Collectors.joining(",", ":", "")));
    }
}
