package dev.quarry.bench.peers;

import java.util.List;
import java.util.stream.Stream;

/**
 * One operation, and who is measured at it.
 *
 * @param operation its name on the command line; comparisons at several sizes share one
 * @param title what is done, for people
 * @param bytes the size that the benchmarks are asked for, or 0 if they have no such parameter
 * @param quarry Quarry
 * @param peers what Quarry is compared with
 */
record Comparison(String operation, String title, long bytes, Candidate quarry, List<Candidate> peers) {
    /** All there are, in the order of the table. */
    static final List<Comparison> ALL = List.of(
            pair("4 KiB", 4 << 10),
            pair("64 KiB", 64 << 10),
            pair("1 MiB", 1 << 20),
            new Comparison(
                    "view",
                    "allocate, write, free 4 KiB",
                    4096,
                    new Candidate("Quarry, confined view", "ViewBenchmark.confined"),
                    List.of(new Candidate("JDK confined arena", "ConfinedArenaBenchmark.allocate"))),
            new Comparison(
                    "ring",
                    "free, allocate, write 4 KiB; 128 held",
                    0,
                    new Candidate("Quarry, confined view", "RingBenchmark.confined"),
                    List.of(new Candidate("malloc", "RingBenchmark.malloc"))),
            new Comparison(
                    "arena",
                    "arena of ten times 64 B",
                    0,
                    new Candidate("Quarry, pool.arena()", "ArenaBenchmark.pool"),
                    List.of(new Candidate("JDK confined arena", "ArenaBenchmark.jdk"))),
            new Comparison(
                    "threads",
                    "allocate and free 4 KiB, per thread",
                    0,
                    new Candidate("Quarry, two threads, one pool", "ThreadsBenchmark.shared"),
                    List.of(
                            new Candidate("Quarry, two threads, two pools", "ThreadsBenchmark.privatePools"),
                            new Candidate("Quarry, one thread", "ThreadsBenchmark.alone"))),
            new Comparison(
                    "handoff",
                    "one thread allocates, another frees",
                    0,
                    new Candidate("Quarry", "HandoffBenchmark.pool"),
                    List.of(new Candidate("malloc", "HandoffBenchmark.malloc"))),
            new Comparison(
                    "xthread-free",
                    "two threads free each other's blocks",
                    0,
                    new Candidate("Quarry", "CrossFreeBenchmark.pool"),
                    List.of(new Candidate("malloc", "CrossFreeBenchmark.malloc"))),
            new Comparison(
                    "usedon",
                    "scenario usedon-2streams",
                    0,
                    new Candidate("Quarry, usedOn(other)", "UsedOnBenchmark.usedOn"),
                    List.of(
                            new Candidate("Quarry, close(other)", "UsedOnBenchmark.closedOn"),
                            new Candidate("Quarry, own stream alone", "UsedOnBenchmark.own"))));

    private static Comparison pair(String size, long bytes) {
        return new Comparison(
                "pair",
                "allocate and free " + size,
                bytes,
                new Candidate("Quarry, simulated device", "HandleBenchmark.allocate"),
                List.of(
                        new Candidate("malloc", "MallocBenchmark.plain"),
                        new Candidate("mimalloc", "MiMallocBenchmark.plain"),
                        new Candidate("Netty adaptive", "NettyBenchmark.adaptive"),
                        new Candidate("Netty pooled", "NettyBenchmark.pooled"),
                        new Candidate("Arrow", "ArrowBenchmark.allocate")));
    }

    /** Returns the names of the operations, each once. */
    static List<String> operations() {
        return ALL.stream().map(Comparison::operation).distinct().toList();
    }

    /** Returns Quarry and the peers. */
    Stream<Candidate> candidates() {
        return Stream.concat(Stream.of(quarry), peers.stream());
    }
}
