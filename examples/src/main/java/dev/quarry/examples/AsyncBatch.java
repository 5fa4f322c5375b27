package dev.quarry.examples;

import dev.quarry.Allocation;
import dev.quarry.ByteSize;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Buffers asked for together, all or none, and buffers asked for in advance, which may be cancelled. */
public final class AsyncBatch {
    /** Room for one batch, and no more. */
    static final PoolOptions OPTIONS = PoolOptions.builder()
            .limit(ByteSize.mib(8))
            .initialBytes(ByteSize.mib(8))
            .build();

    private AsyncBatch() {}

    /** Runs the example on memory of the host. */
    public static void main(String[] arguments) {
        try (Quarry quarry = Quarry.open();
                MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, OPTIONS)) {
            run(pool);
        }
    }

    static void run(MemoryPool pool) {
        List<Allocation> batch = pool.allocateAll(ByteSize.mib(1), ByteSize.mib(2), ByteSize.mib(4));
        System.out.println("a batch of " + batch.size() + " buffers lies within " + ByteSize.format(span(batch)));
        try {
            pool.allocateAll(ByteSize.mib(1), ByteSize.mib(1));
        } catch (DeviceOutOfMemoryException e) {
            System.out.println("no second batch: " + ByteSize.format(held(pool)) + " held, as before");
        }

        // Both wait for the batch without blocking this thread.
        CompletableFuture<Long> answer = pool.allocateAsync(ByteSize.mib(2)).thenApply(AsyncBatch::useAndClose);
        CompletableFuture<Allocation> unwanted = pool.allocateAsync(ByteSize.mib(8));
        System.out.println("waiting: " + !(answer.isDone() || unwanted.isDone()));
        System.out.println("cancelled: " + unwanted.cancel(true));
        batch.forEach(Allocation::close);
        System.out.println("arrived: " + ByteSize.format(answer.join()));
        System.out.println("held at the end: " + held(pool) + " B");
    }

    private static long useAndClose(Allocation buffer) {
        try (buffer) {
            buffer.segment().fill((byte) 1);
            return buffer.byteSize();
        }
    }

    private static long span(List<Allocation> batch) {
        Allocation last = batch.getLast();
        return last.address() + last.byteSize() - batch.getFirst().address();
    }

    private static long held(MemoryPool pool) {
        return pool.statistics().allocatedBytes().current();
    }
}
