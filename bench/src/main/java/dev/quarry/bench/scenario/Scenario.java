package dev.quarry.bench.scenario;

import dev.quarry.trace.TraceFormat;
import dev.quarry.trace.TraceWriter;
import java.io.IOException;
import java.io.OutputStream;

/** A trace that is generated; the same on every machine. Each frees all that it allocates. */
public enum Scenario {
    /** Blocks of 4 to 16 GiB in steps of 2 MiB, at most 48 GiB live. */
    HUGE_4G_16G("huge-4g-16g", 50) {
        @Override
        void generate(Churn churn) throws IOException {
            for (int i = 0; i < 500; i++) {
                long bytes = 4 * GIB + 2 * MIB * churn.below(6 * KIB + 1);
                while (churn.liveBytes() + bytes > 48 * GIB) {
                    churn.freeRandom();
                }
                churn.allocate(bytes, 0, 0);
            }
        }
    },

    /** 512 B to 16 KiB in steps of 512 B, a hundred thousand live. */
    LIVE_100K("live-100k", 51) {
        @Override
        void generate(Churn churn) throws IOException {
            for (int i = 0; i < 300_000; i++) {
                makeRoom(churn, 100_000);
                churn.allocate(512 * (1 + churn.below(32)), 0, 0);
            }
        }
    },

    /** Eight sizes in turn, from 512 B to 16 MiB, 400 live. */
    MIXED_8SIZES("mixed-8sizes", 52) {
        @Override
        void generate(Churn churn) throws IOException {
            long[] sizes = {512, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, 16 * MIB};
            for (int i = 0; i < 20_000; i++) {
                makeRoom(churn, 400);
                churn.allocate(sizes[i % sizes.length], 0, 0);
            }
        }
    },

    /** 4 KiB to 1 MiB in steps of 4 KiB on two streams in turn, each block freed on the other stream, 100 live. */
    USEDON_2STREAMS("usedon-2streams", 53) {
        @Override
        void generate(Churn churn) throws IOException {
            for (int i = 0; i < 10_000; i++) {
                makeRoom(churn, 100);
                churn.allocate(4 * KIB * (1 + churn.below(256)), 1 + (i & 1), 2 - (i & 1));
            }
        }
    };

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private final String text;
    private final long seed;

    Scenario(String text, long seed) {
        this.text = text;
        this.seed = seed;
    }

    abstract void generate(Churn churn) throws IOException;

    private static void makeRoom(Churn churn, int live) throws IOException {
        if (churn.live() == live) {
            churn.freeRandom();
        }
    }

    /** Writes the trace in Quarry's own format, and closes the output. */
    public void write(OutputStream out) throws IOException {
        try (TraceWriter writer = TraceWriter.to(out, TraceFormat.QUARRY)) {
            Churn churn = new Churn(writer, seed);
            generate(churn);
            churn.freeAll();
        }
    }

    /** Returns the name, as of a file. */
    @Override
    public String toString() {
        return text;
    }
}
