package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.testkit.model.Mishaps.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The operations that ask for memory. */
final class Allocating {
    /** The way of asking by {@code acquire} with a time that is over: it does not wait for the device. */
    private static final int AT_ONCE = 2;

    private final World world;
    private final Uses uses;
    private final Dice dice;
    private final RefusalJudge judge;

    Allocating(World world, Uses uses) {
        this.world = world;
        this.uses = uses;
        this.dice = world.dice();
        this.judge = new RefusalJudge(world);
    }

    /** Who is asked, in which order. */
    private record Target(
            PoolBook book,
            @Nullable ChildBook child,
            @Nullable Strand order,
            boolean named) {
        MemoryPool pool() {
            return child == null ? book.pool() : child.pool();
        }
    }

    /** Allocates one. */
    void one() {
        Target target = target();
        AllocationRequest request = request(target);
        int way = dice.below(6);
        world.tell(() -> "allocate " + request + " from " + target + ", way " + way);
        List<Allocation> got = new ArrayList<>(1);
        Outcome outcome = world.mishaps().outcome(() -> got.add(ask(target, request, way)));
        if (outcome == Outcome.DONE) {
            Allocation allocation = got.getFirst();
            if (allocation.address()
                                    % Math.max(request.alignment(), world.plan().granule())
                            != 0
                    || allocation.address() == 0
                    || allocation.byteSize() != request.bytes()) {
                throw new AssertionError(request + " got " + allocation);
            }
            take(allocation, target, request.isShareable());
        } else if (outcome == Outcome.OUT_OF_MEMORY) {
            target.book.failed();
            judge.refused(target.book, target.child, target.order, request, way != AT_ONCE);
        }
    }

    /** Allocates several at once. */
    void several() {
        Target target = target();
        long[] bytes = new long[dice.between(0, 6)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes(target);
        }
        world.tell(() -> "allocate all " + Arrays.toString(bytes) + " from " + target);
        List<Allocation> got = new ArrayList<>();
        Strand order = target.order;
        Outcome outcome = world.mishaps()
                .outcome(() -> got.addAll(
                        order != null && target.named
                                ? target.pool().allocateAll(order.stream(), bytes)
                                : target.pool().allocateAll(bytes)));
        if (outcome == Outcome.OUT_OF_MEMORY) {
            target.book.failed();
        }
        if (outcome != Outcome.DONE) {
            return;
        }
        if (got.size() != bytes.length) {
            throw new AssertionError(got.size() + " allocations (expected: " + bytes.length + ")");
        }
        for (int i = 0; i < bytes.length; i++) {
            PoolBook.equal("bytes of allocation " + i, got.get(i).byteSize(), bytes[i]);
            take(got.get(i), target, false);
        }
    }

    /** Warms a pool up. */
    void warmUp() {
        Target target = target();
        long bytes = bytes(target);
        int count = dice.between(0, 6);
        world.tell(() -> "warm up " + count + " times " + bytes + " from " + target);
        if (world.mishaps().outcome(() -> target.pool().warmUp(bytes, count)) == Outcome.OUT_OF_MEMORY) {
            target.book.failed();
        }
    }

    private void take(Allocation allocation, Target target, boolean shareable) {
        Holding holding = world.hold(allocation, target.book, target.child, target.order, shareable);
        if (!Objects.equals(allocation.stream(), target.order == null ? null : target.order.stream())) {
            throw new AssertionError(allocation + " is in the order of " + allocation.stream());
        }
        if (!dice.oneIn(8)) {
            uses.first(holding);
        }
    }

    private static Allocation ask(Target target, AllocationRequest request, int way) {
        MemoryPool pool = target.pool();
        boolean plain = request.alignment() == 1 && !request.isZeroed() && !request.isShareable();
        Strand order = target.order;
        if (plain && way == 0) {
            return order != null && target.named
                    ? pool.allocate(request.bytes(), order.stream())
                    : pool.allocate(request.bytes());
        }
        return switch (way) {
            case 1 -> pool.tryAllocate(request).orElseThrow(() -> refusal(pool, request));
            case AT_ONCE -> {
                try {
                    yield pool.acquire(request, Duration.ZERO);
                } catch (InterruptedException e) {
                    throw new AssertionError("nobody interrupted", e);
                }
            }
            default -> pool.allocate(request);
        };
    }

    /** Turns an empty answer into the failure that {@code allocate} would give. */
    private static DeviceOutOfMemoryException refusal(MemoryPool pool, AllocationRequest request) {
        return new DeviceOutOfMemoryException(Refusals.report(pool, request));
    }

    private Target target() {
        PoolBook book = dice.pick(world.books());
        ChildBook child = book.children().isEmpty() || dice.oneIn(2) ? null : dice.pick(book.children());
        boolean named = !dice.oneIn(4);
        if (named) {
            List<Strand> served = world.strands().stream().filter(book::serves).toList();
            return new Target(book, child, dice.pick(served), true);
        }
        boolean host = book.pool().kind().isHostAccessible();
        return new Target(book, child, host ? null : world.strands().getFirst(), false);
    }

    private AllocationRequest request(Target target) {
        AllocationRequest request = AllocationRequest.of(bytes(target));
        Strand order = target.order;
        if (order != null && target.named) {
            request = request.on(order.stream());
        }
        if (dice.oneIn(8)) {
            request = request.aligned(1L << dice.between(0, 21));
        }
        if (dice.oneIn(16)) {
            request = request.zeroed();
        }
        if (dice.oneIn(40) && target.book.sort() == PoolSort.PLAIN) {
            request = request.shareable();
        }
        return dice.oneIn(16) ? request.tagged("tag " + dice.below(3)) : request;
    }

    private long bytes(Target target) {
        ModelPlan plan = world.plan();
        if (!plan.sizes().isEmpty() && !dice.oneIn(8)) {
            return dice.pick(plan.sizes());
        }
        if (dice.oneIn(60)) {
            return dice.logUniform(1, 2 * plan.totalBytes());
        }
        if (dice.oneIn(60)) {
            return Math.max(1, plan.totalBytes() - target.book.reserved());
        }
        return dice.logUniform(1, plan.mostBytes());
    }
}
