package dev.quarry.bench.peers;

/**
 * One side of a comparison.
 *
 * @param allocator what it is, for people
 * @param benchmark the JMH benchmark that measures it: class and method
 */
record Candidate(String allocator, String benchmark) {
    private static final String PACKAGE = "dev.quarry.bench.";

    /** Returns the pattern by which JMH finds this benchmark alone. */
    String pattern() {
        return "^" + (PACKAGE + benchmark).replace(".", "\\.") + "$";
    }

    /** Returns whether the benchmark needs the library of mimalloc. */
    boolean needsMiMalloc() {
        return benchmark.startsWith("MiMalloc");
    }
}
