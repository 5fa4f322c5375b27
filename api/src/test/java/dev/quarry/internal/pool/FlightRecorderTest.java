package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderTest {
    @TempDir
    private Path folder;

    @Test
    void shouldRecordAllocationAndFreeWhenAskedTo() throws IOException {
        List<RecordedEvent> events = record(true, FlightRecorderTest::allocateAndFree);
        assertThat(events).hasSize(2);
        RecordedEvent allocation = events.getFirst();
        assertThat(allocation.getEventType().getName()).isEqualTo("dev.quarry.Allocation");
        assertThat(allocation.getLong("requestedBytes")).isEqualTo(70_000);
        assertThat(allocation.getLong("blockBytes")).isEqualTo(70_144);
        assertThat(allocation.getString("pool")).isEqualTo("recorded");
        assertThat(allocation.getString("tag")).isNull();
        assertThat(allocation.getStackTrace().getFrames())
                .anyMatch(frame -> frame.getMethod().getName().equals("allocateAndFree"));
        RecordedEvent free = events.getLast();
        assertThat(free.getEventType().getName()).isEqualTo("dev.quarry.Free");
        assertThat(free.getLong("requestedBytes")).isEqualTo(70_000);
        assertThat(free.getLong("address")).isEqualTo(allocation.getLong("address"));
    }

    @Test
    void shouldNameChildAndTagWhenThereAreSuch() throws IOException {
        List<RecordedEvent> events = record(true, FlightRecorderTest::allocateInChild);
        assertThat(events).hasSize(2).allSatisfy(event -> {
            assertThat(event.getString("pool")).isEqualTo("child");
            assertThat(event.getString("tag")).isEqualTo("pages");
        });
    }

    @Test
    void shouldRecordNothingWhenNotAskedTo() throws IOException {
        assertThat(record(false, FlightRecorderTest::allocateAndFree)).isEmpty();
    }

    private List<RecordedEvent> record(boolean enabled, Runnable work) throws IOException {
        Path file = folder.resolve("quarry.jfr");
        try (Recording recording = new Recording()) {
            if (enabled) {
                recording.enable("dev.quarry.Allocation");
                recording.enable("dev.quarry.Free");
            }
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.quarry."))
                .sorted((a, b) -> a.getStartTime().compareTo(b.getStartTime()))
                .toList();
    }

    private static void allocateInChild() {
        try (Fakes fakes = new Fakes(PoolOptions.withoutEnvironment().build());
                MemoryPool child = fakes.pool().child("child", 0, 1 << 20)) {
            child.allocate(AllocationRequest.of(100).tagged("pages")).close();
        }
    }

    private static void allocateAndFree() {
        PoolOptions options = PoolOptions.withoutEnvironment()
                .name("recorded")
                .leakSampling(0)
                .build();
        try (Fakes fakes = new Fakes(options);
                Allocation _ = fakes.pool().allocate(70_000)) {
            assertThat(fakes.pool().isOpen()).isTrue();
        }
    }
}
