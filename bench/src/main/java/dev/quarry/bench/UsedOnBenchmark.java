package dev.quarry.bench;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
import dev.quarry.bench.scenario.Scenario;
import dev.quarry.trace.Trace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of a second stream: whole replays of the scenario {@code usedon-2streams} on a simulated device, where each block
 * is also used on the stream that it was not allocated on.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@OperationsPerInvocation(UsedOnBenchmark.ALLOCATIONS)
public class UsedOnBenchmark {
    static final int ALLOCATIONS = 10_000;

    /** The pool is told of the use, and waits for both streams before it reuses the block. */
    @Benchmark
    public void usedOn(Replay replay) {
        replay.run((block, other) -> {
            block.usedOn(other);
            block.close();
        });
    }

    /** The block is freed in the order of the other stream, as the scenario's file has it. */
    @Benchmark
    public void closedOn(Replay replay) {
        replay.run((block, other) -> block.close(other));
    }

    /** The block is freed in the order of its own stream: there was no other use. */
    @Benchmark
    public void own(Replay replay) {
        replay.run((block, other) -> block.close());
    }

    /** How a block ends that was allocated on one stream and used on another one. */
    private interface End {
        void of(Allocation block, Stream other);
    }

    /** The scenario, its streams and its live blocks. */
    @State(Scope.Thread)
    public static class Replay {
        private Trace trace;
        private MemoryPool pool;
        private Stream[] streams;
        private Allocation[] live;

        /** Generates the scenario, and opens its streams. */
        @Setup
        public void open(SimPool device) throws IOException {
            Path file = Files.createTempFile("usedon", ".csv");
            try {
                Scenario.USEDON_2STREAMS.write(Files.newOutputStream(file));
                trace = Trace.read(file);
            } finally {
                Files.delete(file);
            }
            pool = device.pool;
            streams = new Stream[] {device.openStream(), device.openStream()};
            live = new Allocation[trace.slots()];
        }

        private void run(End end) {
            int operations = trace.operations();
            for (int i = 0; i < operations; i++) {
                int slot = trace.slot(i);
                Stream stream = streams[trace.stream(i)];
                if (trace.isAllocation(i)) {
                    live[slot] = pool.allocate(trace.bytes(i), stream);
                } else {
                    end.of(live[slot], stream);
                }
            }
        }
    }
}
