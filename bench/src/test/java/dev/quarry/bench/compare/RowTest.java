package dev.quarry.bench.compare;

import static dev.quarry.bench.compare.Verdict.NO;
import static dev.quarry.bench.compare.Verdict.OPEN;
import static dev.quarry.bench.compare.Verdict.YES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowTest {
    private static final int AIM = 10;
    private static final Peer PEER = new Peer(200, 1.100, 0, "56-90", null);
    private static final Peer REFUSING = new Peer(200, null, 3, "80", null);

    @Test
    void shouldMeetMustsWhenFiguresReachTheBounds() {
        Row row = new Row("t", new Figures(100.0, 1.1004, 0L, 100.0, 1.2, 50.0, 0L), PEER, 1.0);
        assertThat(row.musts()).containsExactly(YES, YES, YES);
    }

    @Test
    void shouldMissMustsWhenFiguresExceedTheBounds() {
        Row row = new Row("t", new Figures(100.1, 1.1006, 0L, 100.1, 1.2, 50.0, 0L), PEER, 1.0);
        assertThat(row.musts()).containsExactly(NO, NO, NO);
    }

    @Test
    void shouldMissMustsWhenTheRunFailed() {
        Row row = new Row("t", new Figures(null, null, null, null, null, 50.0, 0L), PEER, 1.0);
        assertThat(row.musts()).containsExactly(NO, NO, NO);
        assertThat(row.cells()).startsWith("t", "failed", "50.0", "–");
    }

    @Test
    void shouldJudgeAsOnThePeersMachineWhenThisOneIsSlower() {
        Row row = new Row("t", new Figures(150.0, 1.0, 0L, 150.0, 1.0, 50.0, 0L), PEER, 0.5);
        assertThat(row.musts()).containsExactly(NO, YES, YES);
    }

    @Test
    void shouldJudgeByTheBoundWhenThereIsOne() {
        Peer bounded = new Peer(200, 1.100, 0, "56-90", 45.0);
        Figures figures = new Figures(90.0, 1.0, 0L, 99.0, 1.0, 50.0, 0L);
        assertThat(new Row("t", figures, bounded, 0.5).musts()).containsExactly(YES, YES, YES);
        assertThat(new Row("t", figures, bounded, 0.51).musts()).containsExactly(YES, NO, YES);
        assertThat(new Row("t", figures, bounded, 0.5).cells()).contains("45", "1.10");
    }

    @Test
    void shouldLeaveOpenWhatIsNotNormalised() {
        Row row = new Row("t", new Figures(50.0, 1.0, 0L, 50.0, 1.0, 50.0, 0L), PEER, null);
        assertThat(row.musts()).containsExactly(YES, OPEN, YES);
    }

    @Test
    void shouldCompareRefusalsWhenThePeerRefuses() {
        Row asMany = new Row("t", new Figures(50.0, 1.5, 3L, 50.0, 1.5, 50.0, 0L), REFUSING, 1.0);
        Row more = new Row("t", new Figures(50.0, 1.5, 4L, 50.0, 1.5, 50.0, 0L), REFUSING, 1.0);
        assertThat(asMany.musts()).containsExactly(YES, YES, YES);
        assertThat(more.musts()).containsExactly(YES, YES, NO);
    }

    @Test
    void shouldLeaveTheAimOpenWhenWithinTheRange() {
        assertThat(aim(56.0)).isEqualTo("yes");
        assertThat(aim(57.0)).isEqualTo("–");
        assertThat(aim(90.0)).isEqualTo("–");
        assertThat(aim(91.0)).isEqualTo("no");
    }

    private static String aim(double nanos) {
        return new Row("t", new Figures(nanos, 1.0, 0L, nanos, 1.0, 50.0, 0L), PEER, 1.0)
                .cells()
                .get(AIM);
    }

    @Test
    void shouldShowWhatMallocRefused() {
        Row row = new Row("t", new Figures(100.0, 1.0, 0L, 100.0, 1.0, 50.0, 7L), null, null);
        assertThat(row.cells())
                .startsWith("t", "100.0", "50.0 (7 refused)", "2.00")
                .hasSameSizeAs(Row.TITLES);
        assertThat(row.musts()).containsOnly(OPEN);
    }
}
