package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.spi.StreamDriver;
import dev.quarry.spi.VirtualMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hazards of mapped memory, under every schedule. */
class PageHazardTest {
    private static final long PAGE = 2 << 20;

    /** A device with a reserved range of four pages, of which the first two are mapped one by one and accessible. */
    private static final class Subject {
        private final SimDriver driver;
        private final VirtualMemory pages;
        private final StreamDriver streams;
        private final long stream;
        private final long range;
        private final long first;

        Subject(SimSchedule schedule) {
            driver = new SimDriver(
                    SimOptions.builder().schedule(schedule).virtualMemory(true).build(), 0);
            pages = driver.virtualMemory().orElseThrow();
            streams = driver.streams();
            stream = streams.createStream();
            range = pages.reserve(MemoryKind.MANAGED, 4 * PAGE);
            first = pages.create(MemoryKind.MANAGED, PAGE);
            pages.map(range, PAGE, first);
            pages.map(range + PAGE, PAGE, pages.create(MemoryKind.MANAGED, PAGE));
            pages.setAccess(range, 2 * PAGE);
        }

        void touch(long address, long bytes) {
            driver.touch(stream, address, bytes, true);
        }

        /** Lets the host know that all work so far is complete. */
        void complete() {
            driver.advanceAll();
            streams.synchronize(stream);
        }

        void assertHazards(long count) {
            assertThat(driver.hazards().count())
                    .as(() -> String.join("\n", driver.hazards().texts()))
                    .isEqualTo(count);
        }

        String text(int index) {
            return driver.hazards().texts().get(index);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindNoneWhenAccessSpansMappingsSideBySide(SimSchedule schedule) {
        Subject subject = new Subject(schedule);
        subject.touch(subject.range, 2 * PAGE);
        subject.touch(subject.range + PAGE - 1, 2);
        subject.streams.fill(subject.stream, subject.range + 1, 2 * PAGE - 1, (byte) 1);
        subject.streams.copy(subject.stream, subject.range, subject.range + PAGE, PAGE);
        subject.complete();
        subject.driver.hostTouch(subject.range, 2 * PAGE, true);
        subject.assertHazards(0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindHazardWhenNothingIsMapped(SimSchedule schedule) {
        Subject subject = new Subject(schedule);
        subject.touch(subject.range + 2 * PAGE - 1, 2);
        subject.assertHazards(1);
        assertThat(subject.text(0))
                .contains("not inside usable mappings: nothing is mapped at " + CallGate.hex(subject.range + 2 * PAGE));
        subject.touch(subject.range + 3 * PAGE, 1);
        subject.assertHazards(2);
        subject.driver.hostTouch(subject.range + 3 * PAGE, 1, false);
        subject.assertHazards(3);
        subject.touch(subject.range + 4 * PAGE - 1, 2);
        subject.assertHazards(4);
        assertThat(subject.text(3)).contains("not inside one live range");
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindHazardWhenMappingIsNotAccessible(SimSchedule schedule) {
        Subject subject = new Subject(schedule);
        subject.pages.map(subject.range + 2 * PAGE, PAGE, subject.pages.create(MemoryKind.MANAGED, PAGE));
        subject.touch(subject.range, 3 * PAGE);
        subject.assertHazards(1);
        assertThat(subject.text(0)).contains(CallGate.hex(subject.range + 2 * PAGE) + " was not made accessible");
        subject.pages.setAccess(subject.range + 2 * PAGE, PAGE);
        subject.touch(subject.range, 3 * PAGE);
        subject.assertHazards(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindHazardWhenMovedHandleIsNotMadeAccessibleAgain(SimSchedule schedule) {
        Subject subject = new Subject(schedule);
        subject.pages.unmap(subject.range, PAGE);
        subject.pages.map(subject.range + 3 * PAGE, PAGE, subject.first);
        subject.touch(subject.range + 3 * PAGE, 1);
        subject.assertHazards(1);
        subject.touch(subject.range, 1);
        subject.assertHazards(2);
        subject.pages.setAccess(subject.range + 3 * PAGE, PAGE);
        subject.touch(subject.range + 3 * PAGE, PAGE);
        subject.assertHazards(2);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindHazardWhenUnmappedBeforeHostKnowsCompletion(SimSchedule schedule) {
        Subject subject = new Subject(schedule);
        subject.touch(subject.range + PAGE - 1, 2);
        subject.driver.advanceAll();
        subject.pages.unmap(subject.range, PAGE);
        subject.assertHazards(1);
        assertThat(subject.text(0))
                .contains("unmap of " + PAGE + " bytes at " + CallGate.hex(subject.range), "does not know this");
        subject.complete();
        subject.pages.unmap(subject.range + PAGE, PAGE);
        subject.assertHazards(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindNoneWhenUnmappedAfterCompletion(SimSchedule schedule) {
        Subject subject = new Subject(schedule);
        subject.touch(subject.range, PAGE);
        subject.complete();
        subject.touch(subject.range + PAGE, PAGE);
        subject.pages.unmap(subject.range, PAGE);
        subject.pages.map(subject.range, PAGE, subject.first);
        subject.pages.setAccess(subject.range, PAGE);
        subject.driver.touch(subject.streams.createStream(), subject.range, PAGE, true);
        subject.assertHazards(0);
    }
}
