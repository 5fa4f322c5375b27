package dev.quarry.internal.cache;

import dev.quarry.internal.segment.Block;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that were freed while the pool's lock was busy: a stack that anyone pushes to without waiting, and that whoever
 * holds the lock empties at once.
 *
 * <p>Linked through the blocks, so it makes no garbage. Since it is only ever emptied whole, a pushed block cannot come back
 * under a pusher's feet (the ABA problem of stacks that pop single elements).
 */
public final class DeferredFrees {
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(DeferredFrees.class, "head", Block.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Block head;

    /** Adds a block that names the domain in which it is free. */
    public void push(Block block) {
        Block next;
        do {
            next = head;
            block.setRight(next);
        } while (!HEAD.compareAndSet(this, next, block));
    }

    /** Returns whether there is nothing to drain. */
    public boolean isEmpty() {
        return head == null;
    }

    /** Takes all blocks; the caller holds the pool's lock. */
    public void drain(Consumer<Block> consumer) {
        Block block = (Block) HEAD.getAndSet(this, null);
        while (block != null) {
            Block next = block.right();
            consumer.accept(block);
            block = next;
        }
    }
}
