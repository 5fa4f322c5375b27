package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Event;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one thread of a {@link ThreadedPool} does, in random order: each use of memory is ordered as the contract asks. */
final class PoolWorker {
    private static final int MOST_HELD = 12;

    private final ThreadedPool world;
    private final Dice dice;
    private final List<Allocation> held = new ArrayList<>();
    private Stream own;

    PoolWorker(ThreadedPool world, Dice dice) {
        this.world = world;
        this.dice = dice;
        this.own = world.device().newStream();
    }

    /** Does a number of things. */
    void work(int steps) {
        for (int i = 0; i < steps; i++) {
            switch (dice.below(64)) {
                case 0 -> world.pool().trim();
                case 1 -> {
                    if (dice.oneIn(10)) {
                        replaceStream();
                    }
                }
                case 2 -> world.pool().statistics();
                case 3, 4 -> several();
                case 5, 6, 7 -> useElsewhere();
                case 8, 9 -> closeOnShared();
                case 10 ->
                    world.pool()
                            .reconfigure(world.pool().options().toBuilder()
                                    .cacheBytes(dice.logUniform(1, 64 << 10))
                                    .build());
                case 11 -> inChild();
                default -> {
                    if (dice.below(MOST_HELD) >= held.size()) {
                        allocate();
                    } else {
                        free();
                    }
                }
            }
        }
    }

    /** Frees what is left. */
    void end() {
        held.forEach(world::close);
        held.clear();
        own.close();
    }

    private void allocate() {
        Stream stream = dice.oneIn(2) ? own : dice.pick(world.shared());
        AllocationRequest request = AllocationRequest.of(bytes());
        if (dice.oneIn(8)) {
            request = request.aligned(1L << dice.between(0, 16));
        }
        boolean ordered = !dice.oneIn(4);
        Optional<Allocation> got = world.pool().tryAllocate(ordered ? request.on(stream) : request);
        got.ifPresent(this::take);
    }

    private void several() {
        if (dice.oneIn(2)) {
            world.pool().tryAllocate(dice.logUniform(100_000, 2 << 20)).ifPresent(this::takeAndFree);
            return;
        }
        for (int i = 0; i < 8; i++) {
            world.pool().tryAllocate(AllocationRequest.of(400).on(own)).ifPresent(this::take);
        }
    }

    private void takeAndFree(Allocation allocation) {
        world.ownership().take(allocation);
        touch(allocation);
        world.close(allocation);
    }

    private void inChild() {
        try (MemoryPool child = world.pool().child("child", 0, 1 << 20)) {
            child.tryAllocate(AllocationRequest.of(bytes()).on(own)).ifPresent(this::takeAndFree);
        }
    }

    private void take(Allocation allocation) {
        world.ownership().take(allocation);
        touch(allocation);
        held.add(allocation);
    }

    private void touch(Allocation allocation) {
        Stream order = allocation.stream();
        if (order != null) {
            world.driver().touch(order.handle(), allocation.address(), allocation.byteSize(), true);
        } else if (allocation.kind().isHostAccessible()) {
            world.driver().hostTouch(allocation.address(), allocation.byteSize(), true);
        }
    }

    private void free() {
        Allocation allocation = held.remove(dice.below(held.size()));
        if (dice.oneIn(3)) {
            world.passed().add(allocation);
            Allocation other = world.passed().poll();
            if (other != null && dice.oneIn(2)) {
                world.close(other);
            } else if (other != null) {
                world.passed().add(other);
            }
        } else {
            world.close(allocation);
        }
        for (Allocation other = world.passed().size() > 20 ? world.passed().poll() : null;
                other != null;
                other = world.passed().size() > 10 ? world.passed().poll() : null) {
            world.close(other);
        }
    }

    /** Reads an allocation on another stream, which it tells the pool. */
    private void useElsewhere() {
        if (!held.isEmpty()) {
            Allocation allocation = dice.pick(held);
            Stream other = dice.pick(world.shared());
            if (order(other, allocation.stream())) {
                allocation.usedOn(other);
                world.driver().touch(other.handle(), allocation.address(), allocation.byteSize(), false);
            }
        }
    }

    private void closeOnShared() {
        if (!held.isEmpty()) {
            Allocation allocation = held.get(dice.below(held.size()));
            Stream other = dice.pick(world.shared());
            if (order(other, allocation.stream())) {
                held.remove(allocation);
                world.ownership().give(allocation);
                allocation.close(other);
            }
        }
    }

    /** Lets one stream wait for what another has enqueued; returns whether that was possible. */
    private static boolean order(Stream later, @Nullable Stream earlier) {
        if (earlier == null || earlier.equals(later)) {
            return true;
        }
        if (!earlier.isOpen()) {
            return false;
        }
        try (Event end = earlier.record()) {
            later.waitFor(end);
        }
        return true;
    }

    private void replaceStream() {
        own.close();
        own = world.device().newStream();
    }

    private long bytes() {
        return dice.oneIn(12) ? dice.logUniform(16 << 10, 300_000) : dice.logUniform(1, 16 << 10);
    }
}
