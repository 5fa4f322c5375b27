package dev.quarry.internal.pool;

import dev.quarry.ByteSize;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryStatistics;
import dev.quarry.MemoryStatistics.DriverCalls;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.MemoryStatistics.Hits;
import dev.quarry.MemoryStatistics.LostHandles;
import dev.quarry.OutOfMemoryReport.Refusal;
import dev.quarry.PoolOptions;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A shortage while it is being made: at first a pool that fills a device of 100 MiB with live memory, and is asked for 10 MiB. */
final class ShortageCase {
    private static final long MIB = 1 << 20;

    private PoolOptions options = PoolOptions.withoutEnvironment().build();
    private long requested = 10 * MIB;
    private long block;
    private long deviceFree;
    private long reserved = 100 * MIB;
    private long available = Long.MAX_VALUE;
    private long otherPools;
    private long idleOfOthers;
    private long cached;
    private long pending;
    private long free;
    private long largest;
    private long unfinished;
    private long ofOthers;
    private long ofBusy;
    private long ofOtherSort;
    private long unused;
    private boolean aligned;
    private boolean dedicated;
    private boolean mappable;
    private boolean byPage;
    private boolean timedOut;
    private boolean lost;
    private boolean kept;
    private boolean isPrivate;
    private long deviceLimit = Long.MAX_VALUE;

    ShortageCase asking(long bytes) {
        requested = bytes;
        return this;
    }

    ShortageCase rounded(long bytes) {
        block = bytes;
        return this;
    }

    ShortageCase limited(long bytes) {
        return with(o -> o.limit(bytes));
    }

    ShortageCase fraction(double part) {
        return with(o -> o.memoryFraction(part));
    }

    ShortageCase with(UnaryOperator<PoolOptions.Builder> change) {
        options = change.apply(options.toBuilder()).build();
        return this;
    }

    ShortageCase reserved(long bytes) {
        reserved = bytes;
        return this;
    }

    ShortageCase deviceFree(long bytes) {
        deviceFree = bytes;
        return this;
    }

    ShortageCase available(long bytes) {
        available = bytes;
        return this;
    }

    ShortageCase otherPools(long bytes) {
        otherPools = bytes;
        return this;
    }

    ShortageCase idleOfOthers(long bytes) {
        idleOfOthers = bytes;
        return this;
    }

    ShortageCase cached(long bytes) {
        cached = bytes;
        return this;
    }

    ShortageCase pending(long bytes) {
        pending = bytes;
        return this;
    }

    ShortageCase free(long bytes) {
        free = bytes;
        return this;
    }

    ShortageCase largest(long bytes) {
        largest = bytes;
        return this;
    }

    ShortageCase unfinished(long bytes) {
        unfinished = bytes;
        return this;
    }

    ShortageCase ofOthers(long bytes) {
        ofOthers = bytes;
        return this;
    }

    ShortageCase ofBusy(long bytes) {
        ofBusy = bytes;
        return this;
    }

    ShortageCase ofOtherSort(long bytes) {
        ofOtherSort = bytes;
        return this;
    }

    ShortageCase unused(long bytes) {
        unused = bytes;
        return this;
    }

    ShortageCase aligned() {
        aligned = true;
        return this;
    }

    ShortageCase dedicated() {
        dedicated = true;
        return this;
    }

    ShortageCase mappable() {
        mappable = true;
        return this;
    }

    ShortageCase byPage() {
        byPage = true;
        return this;
    }

    ShortageCase timedOut() {
        timedOut = true;
        return this;
    }

    ShortageCase lost() {
        lost = true;
        return this;
    }

    ShortageCase kept() {
        kept = true;
        return this;
    }

    ShortageCase isPrivate() {
        isPrivate = true;
        return this;
    }

    ShortageCase deviceLimited(long bytes) {
        deviceLimit = bytes;
        return this;
    }

    Shortage shortage() {
        long total = 100 * MIB;
        long part = options.memoryFraction() >= 1 ? Long.MAX_VALUE : (long) (total * options.memoryFraction());
        long limit = Math.min(options.limit(), part);
        return new Shortage(
                options,
                requested,
                Math.max(requested, block),
                aligned,
                dedicated,
                limit,
                new Shortage.Above(
                        Math.min(limit, deviceLimit),
                        kept,
                        new Refusal("device sim:0", deviceLimit, reserved, 0),
                        reserved + otherPools),
                lost,
                Math.min(available, limit - reserved),
                new MemoryInfo(deviceFree, total),
                otherPools,
                idleOfOthers,
                mappable,
                byPage,
                timedOut,
                statistics(),
                unfinished + pending,
                ofOthers,
                ofOthers,
                ofBusy,
                ofOtherSort,
                unused,
                isPrivate);
    }

    private MemoryStatistics statistics() {
        Family none = new Family(0, 0, 0, 0);
        long allocated = reserved - cached - pending - free;
        return new MemoryStatistics(
                none,
                none,
                new Family(allocated, allocated, 0, 0),
                new Family(reserved, reserved, 0, 0),
                none,
                cached,
                pending,
                free,
                Math.max(largest, ByteSize.kib(4)),
                new Hits(0, 0, 0, 0),
                new DriverCalls(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                0,
                0,
                new LostHandles(0, 0, 0),
                Map.of());
    }
}
