package dev.quarry.bench;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.bench.scenario.CrossFreeSizes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * The cost of frees by another thread, the scenario {@code xthread-free}: each of two threads allocates host memory, gives it
 * to the other one, and frees what it was given, in the order of arrival. Sizes are those of {@link CrossFreeSizes}.
 *
 * <p>At most 1024 blocks are on their way to each side. A thread that finds no room goes on to free.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Threads(2)
public class CrossFreeBenchmark {
    /** Through a pool. */
    @Benchmark
    public void pool(PoolBlocks blocks, Side side, Control control) {
        int slot = side.emptySlot(blocks, control);
        if (slot != SlotRing.NONE) {
            blocks.sent[side.index][slot] = blocks.pool.allocate(side.nextSize());
            side.outgoing.publish();
            side.freeOne(blocks);
        }
    }

    /** Through {@code malloc} and {@code free}. */
    @Benchmark
    public void malloc(MallocBlocks blocks, Side side, Control control) {
        int slot = side.emptySlot(blocks, control);
        if (slot != SlotRing.NONE) {
            blocks.sent[side.index][slot] = LibC.malloc(side.nextSize());
            side.outgoing.publish();
            side.freeOne(blocks);
        }
    }

    /** What frees the block that one side has put into a slot. */
    interface Blocks {
        void free(int sender, int slot);
    }

    /** The queues between the threads. */
    @State(Scope.Benchmark)
    public static class Queues {
        private final SlotRing[] bySender = {new SlotRing(), new SlotRing()};

        /** Frees what nobody has received. */
        void drain(Blocks blocks) {
            for (int sender = 0; sender < bySender.length; sender++) {
                for (int slot = bySender[sender].peek(); slot != SlotRing.NONE; slot = bySender[sender].peek()) {
                    blocks.free(sender, slot);
                    bySender[sender].release();
                }
            }
        }
    }

    /** One of the two threads. */
    @State(Scope.Thread)
    public static class Side {
        private int index;
        private SlotRing outgoing;
        private SlotRing incoming;
        private long[] sizes;
        private int next;

        /** Takes a side. */
        @Setup
        public void open(ThreadParams threads, Queues queues) {
            index = threads.getThreadIndex();
            outgoing = queues.bySender[index];
            incoming = queues.bySender[1 - index];
            sizes = CrossFreeSizes.of(index);
        }

        private long nextSize() {
            return sizes[next++ & (CrossFreeSizes.LENGTH - 1)];
        }

        /** Waits for an empty slot, and frees meanwhile; returns none if the measurement ends before. */
        private int emptySlot(Blocks blocks, Control control) {
            int slot = outgoing.claim();
            while (slot == SlotRing.NONE && !control.stopMeasurement) {
                if (!freeOne(blocks)) {
                    SlotRing.pause();
                }
                slot = outgoing.claim();
            }
            return slot;
        }

        private boolean freeOne(Blocks blocks) {
            int slot = incoming.peek();
            if (slot == SlotRing.NONE) {
                return false;
            }
            blocks.free(1 - index, slot);
            incoming.release();
            return true;
        }
    }

    /** A pool's blocks on their way. */
    @State(Scope.Benchmark)
    public static class PoolBlocks implements Blocks {
        private final Allocation[][] sent = new Allocation[2][SlotRing.SLOTS];
        private MemoryPool pool;

        /** Takes the pool. */
        @Setup
        public void open(CpuPool host) {
            pool = host.pool;
        }

        @Override
        public void free(int sender, int slot) {
            sent[sender][slot].close();
        }

        /** Frees what is left. */
        @TearDown
        public void close(Queues queues) {
            queues.drain(this);
        }
    }

    /** The blocks of {@code malloc} on their way. */
    @State(Scope.Benchmark)
    public static class MallocBlocks implements Blocks {
        private final long[][] sent = new long[2][SlotRing.SLOTS];

        @Override
        public void free(int sender, int slot) {
            LibC.free(sent[sender][slot]);
        }

        /** Frees what is left. */
        @TearDown
        public void close(Queues queues) {
            queues.drain(this);
        }
    }
}
