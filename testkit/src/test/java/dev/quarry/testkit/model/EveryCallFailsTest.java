package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One sequence of operations, once for each of its driver calls, which fails. */
class EveryCallFailsTest {
    /** A case: when work completes, what memory, and how the call fails. */
    record Case(SimSchedule schedule, MemoryKind kind, boolean virtualMemory, String name, SimFailure failure) {
        @Override
        public String toString() {
            return schedule + ", " + kind + (virtualMemory ? ", mapped, " : ", ") + name;
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (SimSchedule schedule : List.of(SimSchedule.IMMEDIATE, SimSchedule.LAZY)) {
            for (MemoryKind kind : List.of(MemoryKind.DEVICE, MemoryKind.PINNED)) {
                for (boolean mapped : new boolean[] {false, true}) {
                    cases.add(new Case(schedule, kind, mapped, "out of memory", SimFailure.OUT_OF_MEMORY));
                    cases.add(new Case(schedule, kind, mapped, "error", SimFailure.ERROR));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldLeakNothingWhenAnyCallFails(Case one) {
        long calls = FaultySequence.run(one.schedule, one.kind, one.virtualMemory, 0, one.failure)
                .calls();
        assertThat(calls).isGreaterThan(300);
        for (long call = 1; call <= calls; call++) {
            FaultySequence.Result result =
                    FaultySequence.run(one.schedule, one.kind, one.virtualMemory, call, one.failure);
            assertThat(result.problems())
                    .as("call %d of %d fails: %s", call, calls, result.failed())
                    .isEqualTo(List.of());
        }
    }
}
