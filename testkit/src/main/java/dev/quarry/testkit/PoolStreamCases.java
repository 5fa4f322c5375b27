package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Event;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory in the order of streams: whoever frees it, in whatever order, others get it, and not too early. */
interface PoolStreamCases extends PoolSubject {
    @Test
    default void shouldServeEveryStreamWhenOthersFreedAll() {
        MemoryPool pool = pool();
        Stream first = stream();
        Stream second = stream();
        Allocation whole = pool.allocate(LIMIT, first);
        assertThat(whole.stream()).isSameAs(first);
        whole.close();
        whole = pool.allocate(LIMIT, second);
        whole.close(first);
        whole = pool.allocate(LIMIT);
        whole.usedOn(first);
        whole.usedOn(second);
        whole.close();
        whole = pool.allocate(LIMIT, first);
        try (Event event = second.record()) {
            whole.closeAfter(event, event);
        }
        whole = pool.allocate(LIMIT, second);
        whole.closeAfter();
        List<Allocation> parts = pool.allocateAll(first, LIMIT / 4, LIMIT / 4, LIMIT / 4, LIMIT / 4);
        parts.get(0).close();
        parts.get(1).close(second);
        parts.get(2).usedOn(second);
        parts.get(2).close();
        parts.get(3).close(device().defaultStream());
        pool.allocate(LIMIT, stream()).close();
        pool.allocate(LIMIT).close();
    }

    @Test
    default void shouldServeOthersWhenStreamsCloseWithOpenAllocations() {
        MemoryPool pool = pool();
        for (int round = 0; round < 30; round++) {
            Stream stream = stream();
            Stream user = stream();
            Allocation early = pool.allocate(LIMIT / 2, stream);
            Allocation late = pool.allocate(LIMIT / 4, stream);
            Allocation used = pool.allocate(LIMIT / 4);
            used.usedOn(user);
            user.close();
            early.close();
            stream.close();
            late.close();
            used.close();
            pool.allocate(LIMIT).close();
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldServeOthersWhenStreamsAreWrappedOrBorrowed() {
        MemoryPool pool = pool();
        Stream made = stream();
        for (Stream foreign : new Stream[] {device().wrapStream(made.handle()), device().borrowStream(made.handle())}) {
            Allocation whole = pool.allocate(LIMIT, foreign);
            assertThat(whole.stream()).isSameAs(foreign);
            whole.close();
            pool.allocate(LIMIT, made).close();
            Allocation late = pool.allocate(LIMIT / 2, foreign);
            Allocation used = pool.allocate(LIMIT / 2);
            used.usedOn(foreign);
            foreign.close();
            late.close();
            used.close();
            pool.allocate(LIMIT).close();
        }
        made.close();
    }

    @Test
    default void shouldClearInOrderWhenZeroedIsAsked() {
        assumeTrue(hasContents(), "there is no memory to look at");
        MemoryPool pool = pool();
        Stream stream = stream();
        for (long bytes : new long[] {1, 100, 5000, 70_000, 1 << 20}) {
            for (Stream order : new Stream[] {null, stream}) {
                Allocation dirty = order == null ? pool.allocate(bytes) : pool.allocate(bytes, order);
                Stream user = dirty.stream() == null ? stream : dirty.stream();
                user.fill(dirty, 0, bytes, (byte) 0x55);
                dirty.close();
                AllocationRequest request = AllocationRequest.of(bytes).zeroed();
                Allocation clean = pool.allocate(order == null ? request : request.on(order));
                stream.synchronize();
                checkBytes(contents(clean), (byte) 0);
                clean.close();
            }
        }
    }

    @Test
    default void shouldLeaveNothingWhenClearedOnFree() {
        assumeTrue(hasContents(), "there is no memory to look at");
        MemoryPool pool = pool(options -> options.clearOnFree(true));
        Stream stream = stream();
        for (long bytes : new long[] {64, 5000, LIMIT}) {
            Allocation secret = pool.allocate(bytes);
            if (canView()) {
                secret.segment().fill((byte) 0x55);
            }
            Stream user = secret.stream() == null ? stream : secret.stream();
            user.fill(secret, 0, bytes, (byte) 0x66);
            long place = secret.address();
            secret.close();
            Allocation next = pool.allocate(bytes);
            stream.synchronize();
            if (next.address() == place) {
                checkBytes(contents(next), (byte) 0);
            }
            next.close();
        }
    }

    @Test
    default void shouldKeepBytesWhenMemoryMovesBetweenStreams() {
        assumeTrue(hasContents(), "there is no memory to look at");
        MemoryPool pool = pool();
        List<Stream> streams = List.of(stream(), stream(), stream());
        long bytes = LIMIT / 4;
        for (int round = 0; round < 40; round++) {
            List<Allocation> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Stream order = streams.get((round + i) % 3);
                Allocation allocation = pool.allocate(bytes, order);
                for (int work = 0; work < 4; work++) {
                    order.fill(allocation, 0, bytes, (byte) (work == 3 ? round + i : -1));
                }
                all.add(allocation);
            }
            streams.forEach(Stream::synchronize);
            for (int i = 0; i < 4; i++) {
                checkBytes(contents(all.get(i)), (byte) (round + i));
                streams.get(round % 3).fill(all.get(i), 0, bytes, (byte) -2);
                all.get(i).close();
            }
        }
    }

    private static void checkBytes(MemorySegment segment, byte value) {
        for (long i = 0; i < segment.byteSize(); i++) {
            byte found = segment.get(ValueLayout.JAVA_BYTE, i);
            if (found != value) {
                throw new AssertionError(
                        "byte " + i + " of " + segment.byteSize() + " is " + found + " (expected: " + value + ")");
            }
        }
    }
}
