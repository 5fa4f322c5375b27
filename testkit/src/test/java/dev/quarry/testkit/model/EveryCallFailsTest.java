package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimSchedule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One sequence of operations, once for each of its driver calls, which fails. */
class EveryCallFailsTest {
    /** A case: when work completes, what memory, and how the call fails. */
    record Case(SimSchedule schedule, MemoryKind kind, String name, SimFailure failure) {
        @Override
        public String toString() {
            return schedule + ", " + kind + ", " + name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(SimSchedule.IMMEDIATE, SimSchedule.LAZY)
                .flatMap(schedule -> Stream.of(MemoryKind.DEVICE, MemoryKind.PINNED)
                        .flatMap(kind -> Stream.of(
                                new Case(schedule, kind, "out of memory", SimFailure.OUT_OF_MEMORY),
                                new Case(schedule, kind, "error", SimFailure.ERROR))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldLeakNothingWhenAnyCallFails(Case one) {
        long calls = FaultySequence.run(one.schedule, one.kind, 0, one.failure).calls();
        assertThat(calls).isGreaterThan(300);
        for (long call = 1; call <= calls; call++) {
            FaultySequence.Result result = FaultySequence.run(one.schedule, one.kind, call, one.failure);
            assertThat(result.problems())
                    .as("call %d of %d fails: %s", call, calls, result.failed())
                    .isEqualTo(List.of());
        }
    }
}
