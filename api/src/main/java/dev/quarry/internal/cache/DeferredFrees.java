package dev.quarry.internal.cache;

import dev.quarry.internal.index.BlockTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * Blocks that were freed while the pool's lock was busy: a stack that anyone pushes to without waiting, and that whoever
 * holds the lock empties at once.
 *
 * <p>Linked through the block table, so it makes no garbage. Since it is only ever emptied whole, a pushed number cannot
 * come back under a pusher's feet (the ABA problem of stacks that pop single elements).
 */
public final class DeferredFrees {
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(DeferredFrees.class, "head", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BlockTable table;
    private volatile int head;

    /** Makes an empty stack over a table. */
    public DeferredFrees(BlockTable table) {
        this.table = table;
    }

    /** Adds a block whose row names the domain in which it is free. */
    public void push(int block) {
        int next;
        do {
            next = head;
            table.setLinks(block, 0, next);
        } while (!HEAD.compareAndSet(this, next, block));
    }

    /** Returns whether there is nothing to drain. */
    public boolean isEmpty() {
        return head == 0;
    }

    /** Takes all blocks; the caller holds the pool's lock. */
    public void drain(IntConsumer consumer) {
        int block = (int) HEAD.getAndSet(this, 0);
        while (block != 0) {
            int next = table.right(block);
            consumer.accept(block);
            block = next;
        }
    }
}
