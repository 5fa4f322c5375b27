package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.spi.SegmentRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The detector against a model that keeps every access and the whole order as sets. */
class HazardPropertyTest {
    private static final int STREAMS = 3;
    private static final int BYTES = 12;

    enum Action {
        READ,
        WRITE,
        HOST_READ,
        HOST_WRITE,
        RECORD,
        WAIT_FOR,
        AWAIT,
        SYNCHRONIZE
    }

    /** One step of a program; streams and events have the numbers 0 to 2. */
    record Step(Action action, int stream, int event, int start, int bytes) {}

    @Provide
    Arbitrary<List<Step>> programs() {
        Arbitrary<Integer> actor = Arbitraries.integers().between(0, STREAMS - 1);
        return Combinators.combine(
                        Arbitraries.of(Action.class),
                        actor,
                        actor,
                        Arbitraries.integers().between(0, BYTES - 1),
                        Arbitraries.integers().between(1, BYTES))
                .as((action, stream, event, start, bytes) ->
                        new Step(action, stream, event, start, Math.min(bytes, BYTES - start)))
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 2000)
    void shouldFindFirstHazardAtSameStepWhenModelDoes(@ForAll("programs") List<Step> program, @ForAll boolean lazy) {
        SimSchedule schedule = lazy ? SimSchedule.LAZY : SimSchedule.IMMEDIATE;
        Run run = new Run(schedule);
        Model model = new Model();
        for (Step step : program) {
            boolean expected = model.conflicts(step);
            run.perform(step);
            assertThat(run.driver.hazards().count() > 0)
                    .as(() -> step + ": " + run.driver.hazards())
                    .isEqualTo(expected);
            if (expected) {
                return;
            }
        }
    }

    /** The program on the simulated device. */
    private static final class Run {
        private final SimDriver driver;
        private final long[] streams = new long[STREAMS];
        private final long[] events = new long[STREAMS];
        private final long address;

        Run(SimSchedule schedule) {
            driver = new SimDriver(SimOptions.builder().schedule(schedule).build(), 0);
            address = driver.allocate(new SegmentRequest(MemoryKind.PINNED, BYTES, 1, false));
            for (int i = 0; i < STREAMS; i++) {
                streams[i] = driver.streams().createStream();
                events[i] = driver.streams().createEvent();
            }
        }

        void perform(Step step) {
            long stream = streams[step.stream];
            long event = events[step.event];
            switch (step.action) {
                case READ -> driver.touch(stream, address + step.start, step.bytes, false);
                case WRITE -> driver.touch(stream, address + step.start, step.bytes, true);
                case HOST_READ -> driver.hostTouch(address + step.start, step.bytes, false);
                case HOST_WRITE -> driver.hostTouch(address + step.start, step.bytes, true);
                case RECORD -> driver.streams().record(event, stream);
                case WAIT_FOR -> driver.streams().waitFor(stream, event);
                case AWAIT -> driver.streams().await(event, Long.MAX_VALUE);
                case SYNCHRONIZE -> driver.streams().synchronize(stream);
            }
        }
    }

    /** The order as sets of accesses: what is before the next thing that each stream, and the host, does. */
    private static final class Model {
        private final List<Step> accesses = new ArrayList<>();
        private final BitSet[] beforeStream = {new BitSet(), new BitSet(), new BitSet()};
        private final BitSet[] beforeEvent = {new BitSet(), new BitSet(), new BitSet()};
        private final BitSet beforeHost = new BitSet();

        boolean conflicts(Step step) {
            BitSet stream = beforeStream[step.stream];
            switch (step.action) {
                case READ, WRITE -> {
                    stream.or(beforeHost);
                    return access(step, stream);
                }
                case HOST_READ, HOST_WRITE -> {
                    return access(step, beforeHost);
                }
                case RECORD -> {
                    stream.or(beforeHost);
                    beforeEvent[step.event] = (BitSet) stream.clone();
                }
                case WAIT_FOR -> {
                    stream.or(beforeHost);
                    stream.or(beforeEvent[step.event]);
                }
                case AWAIT -> beforeHost.or(beforeEvent[step.event]);
                case SYNCHRONIZE -> beforeHost.or(stream);
            }
            return false;
        }

        private boolean access(Step step, BitSet before) {
            boolean conflict = false;
            for (int i = 0; i < accesses.size(); i++) {
                conflict |= !before.get(i) && isConflict(accesses.get(i), step);
            }
            before.set(accesses.size());
            accesses.add(step);
            return conflict;
        }

        private static boolean isConflict(Step one, Step other) {
            boolean overlap = one.start < other.start + other.bytes && other.start < one.start + one.bytes;
            return overlap && (isWrite(one) || isWrite(other));
        }

        private static boolean isWrite(Step step) {
            return step.action == Action.WRITE || step.action == Action.HOST_WRITE;
        }
    }
}
