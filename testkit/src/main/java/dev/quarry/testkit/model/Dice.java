package dev.quarry.testkit.model;

import java.util.List;
import java.util.SplittableRandom;

/** Random choices that a seed alone decides. Not thread-safe. */
final class Dice {
    private final SplittableRandom random;

    Dice(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns a number from 0 to {@code bound - 1}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Returns a number from {@code least} to {@code most}. */
    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** Returns whether a chance of one in {@code number} came true. */
    boolean oneIn(int number) {
        return random.nextInt(number) == 0;
    }

    /** Returns a number whose logarithm is uniform from {@code least} to {@code most}. */
    long logUniform(long least, long most) {
        double exponent = random.nextDouble() * Math.log((double) most / least);
        return Math.min(most, Math.max(least, Math.round(least * Math.exp(exponent))));
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    @SafeVarargs
    final <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
