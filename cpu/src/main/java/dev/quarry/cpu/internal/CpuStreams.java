package dev.quarry.cpu.internal;

import dev.quarry.StreamState;
import dev.quarry.spi.StreamDriver;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Streams whose copies and fills run on the host's own threads, in order, while the caller goes on.
 *
 * <p>Events are as CUDA's: a wait is for the recording that is current when the wait is put into the stream, and
 * recording the event again does not change it. One that was never recorded is complete.
 *
 * <p>If work throws (a copy from a mapped file that was cut short, or from a segment that is closed, say), its stream is lost for good: its later work
 * is dropped, and each call that enqueues, records or synchronizes throws a {@link dev.quarry.spi.DriverException} that
 * names the work. So does asking or awaiting an event that was recorded after it, and a stream that waits for such an
 * event is lost too.
 *
 * <p>A stale handle gives an {@link IllegalStateException} that names it. Thread-safe.
 */
final class CpuStreams implements StreamDriver, AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    /** As many threads as streams have work that can run; none once they were idle for a while. */
    private final ThreadPoolExecutor runners = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform()
                    .daemon()
                    .inheritInheritableThreadLocals(false)
                    .name("quarry-cpu-", 0)
                    .factory());

    private final Handles<CpuStream> streams = new Handles<>("stream");

    /** Each with its last recording. */
    private final Handles<AtomicReference<Recording>> events = new Handles<>("event");

    /** Destroyed streams whose work is not complete. */
    private final Set<CpuStream> leaving = ConcurrentHashMap.newKeySet();

    private final long defaultStream = createStream();

    @Override
    public long defaultStream() {
        return defaultStream;
    }

    @Override
    public long createStream() {
        return streams.add(new CpuStream(runners));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it is the default stream
     */
    @Override
    public void destroyStream(long stream) {
        if (stream == defaultStream) {
            throw new IllegalArgumentException(
                    "stream " + stream + " of cpu:0 is the default stream and always exists");
        }
        CpuStream destroyed = streams.remove(stream);
        leaving.add(destroyed);
        destroyed.end().whenReached(_ -> leaving.remove(destroyed));
    }

    @Override
    public StreamState state(long stream) {
        return streams.get(stream).state();
    }

    @Override
    public void synchronize(long stream) {
        streams.get(stream).mark().await(Long.MAX_VALUE);
    }

    @Override
    public long createEvent() {
        return events.add(new AtomicReference<>(Recording.reached()));
    }

    @Override
    public void destroyEvent(long event) {
        events.remove(event);
    }

    @Override
    public void record(long event, long stream) {
        AtomicReference<Recording> last = events.get(event);
        last.set(streams.get(stream).mark());
    }

    @Override
    public boolean isComplete(long event) {
        return events.get(event).get().isComplete();
    }

    @Override
    public boolean await(long event, long timeoutNanos) {
        return events.get(event).get().await(timeoutNanos);
    }

    @Override
    public void waitFor(long stream, long event) {
        Recording recording = events.get(event).get();
        streams.get(stream).waitFor(recording);
    }

    @Override
    public void copy(long stream, long source, long target, long bytes) {
        checkPositive(bytes);
        enqueue(stream, new StreamWork.Copy(RawMemory.at(source, bytes), RawMemory.at(target, bytes)));
    }

    @Override
    public void upload(long stream, MemorySegment source, long target) {
        enqueue(stream, new StreamWork.Copy(source, RawMemory.at(target, checkPositive(source.byteSize()))));
    }

    @Override
    public void download(long stream, long source, MemorySegment target) {
        enqueue(stream, new StreamWork.Copy(RawMemory.at(source, checkPositive(target.byteSize())), target));
    }

    @Override
    public void fill(long stream, long address, long bytes, byte value) {
        enqueue(stream, new StreamWork.Fill(address, checkPositive(bytes), value));
    }

    /** Puts work at the end of a stream's queue. */
    void enqueue(long stream, StreamWork work) {
        streams.get(stream).enqueue(work);
    }

    /** Waits until no work is left on any stream, destroyed ones included, and ends all handles. */
    @Override
    public void close() {
        events.removeAll();
        List<CpuStream> all = new ArrayList<>(streams.removeAll());
        all.addAll(leaving);
        all.forEach(stream -> stream.end().awaitReached(Long.MAX_VALUE));
        runners.shutdown();
    }

    private static long checkPositive(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("bytes must be positive: " + bytes);
        }
        return bytes;
    }
}
