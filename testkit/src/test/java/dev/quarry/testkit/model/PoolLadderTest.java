package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.LadderStep;
import dev.quarry.MemoryStatistics.StepFigures;
import dev.quarry.OutOfMemoryReport.Step;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each step of the ladder: what it serves, and what becomes of the same request without it. */
class PoolLadderTest {
    private static final Set<LadderStep> ALL = EnumSet.allOf(LadderStep.class);

    @ParameterizedTest
    @EnumSource
    void shouldServeByStepWhenItIsTheOnlyOne(LadderStep step) {
        try (LadderScene scene = LadderScene.of(step, EnumSet.of(step))) {
            scene.serve();
            assertServedBy(scene, step);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailAndNameTheStepWhenNoneIsOn(LadderStep step) {
        // Whether a wait for all work would do is not known before.
        LadderStep advised = step == LadderStep.WAIT_FOR_BLOCK ? LadderStep.WAIT : step;
        try (LadderScene scene = LadderScene.of(step, Set.of())) {
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(scene::serve)
                    .satisfies(e -> assertThat(e.report().steps())
                            .isNotEmpty()
                            .allMatch(Step::isSwitchedOff)
                            .extracting(Step::step)
                            .contains(step))
                    .withMessageContaining("The step " + advised + " is switched off");
            assertThat(scene.pool().statistics().ladder().values()).containsOnly(new StepFigures(0, 0, 0, 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeByStepWhenAllAreOn(LadderStep step) {
        try (LadderScene scene = LadderScene.of(step, ALL)) {
            scene.serve();
            assertServedBy(scene, step);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailOrServeByAnotherStepWhenOneIsOff(LadderStep step) {
        Set<LadderStep> others = EnumSet.complementOf(EnumSet.of(step));
        try (LadderScene scene = LadderScene.of(step, others)) {
            // These two do at once what a later step does as well, at a higher price.
            LadderStep instead = switch (step) {
                case TAKE_FROM_STREAMS -> LadderStep.MERGE;
                case REMAP -> LadderStep.RELEASE;
                default -> step;
            };
            if (instead != step) {
                scene.serve();
                assertServedBy(scene, instead);
                return;
            }
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(scene::serve)
                    .satisfies(e -> assertThat(e.report().steps())
                            .filteredOn(Step::isSwitchedOff)
                            .extracting(Step::step)
                            .containsExactly(step))
                    .withMessageContaining("\n  switched off: " + step)
                    .withMessageContaining("The step " + step + " is switched off")
                    .withMessageContaining("Add it to the option ladder.");
        }
    }

    /** Nothing else takes time in this scene. */
    @Test
    void shouldTimeStepsByTheClockWhenTheyTakeLong() {
        try (LadderScene scene = LadderScene.of(LadderStep.WAIT, ALL)) {
            scene.takingNanosPerWait(7_000_000);
            scene.serve();
            StepFigures wait = scene.pool().statistics().ladder(LadderStep.WAIT);
            assertThat(wait.nanos())
                    .isEqualTo(scene.pool().statistics().driver().stallNanos());
            assertThat(wait.nanos()).isPositive();
            assertThat(scene.pool().statistics().ladder(LadderStep.MERGE).nanos())
                    .isZero();
        }
    }

    private static void assertServedBy(LadderScene scene, LadderStep step) {
        for (LadderStep one : LadderStep.values()) {
            StepFigures figures = scene.pool().statistics().ladder(one);
            assertThat(figures.served()).as("served after %s", one).isEqualTo(one == step ? 1 : 0);
            assertThat(figures.tries()).as("tries of %s", one).isGreaterThanOrEqualTo(figures.served());
        }
        assertThat(scene.pool().statistics().ladder(step).bytes()).isPositive();
    }
}
