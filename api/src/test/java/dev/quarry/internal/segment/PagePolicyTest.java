package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.PoolMode;
import org.junit.jupiter.api.Test;

class PagePolicyTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long PAGE = 2 * MIB;

    @Test
    void shouldCreateLargeHandlesWhileThereIsMuchLeft() {
        PagePolicy policy = new PagePolicy(PAGE, PoolMode.BALANCED, 16 * GIB, false);
        assertThat(policy.handle(100 * MIB, 0)).isEqualTo(64 * MIB);
        assertThat(policy.handle(6 * MIB, 0)).isEqualTo(6 * MIB);
        assertThat(policy.handle(100 * MIB, 12 * GIB + 1)).isEqualTo(4 * MIB);
    }

    @Test
    void shouldCreateSmallHandlesFromTheBeginningWhenThereIsALimit() {
        PagePolicy policy = new PagePolicy(PAGE, PoolMode.BALANCED, 12 * GIB, true);
        assertThat(policy.handle(100 * MIB, 0)).isEqualTo(2 * MIB);
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 72 * GIB, true).handle(100 * MIB, 0))
                .isEqualTo(16 * MIB);
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 100 * MIB, true).handle(100 * MIB, 0))
                .isEqualTo(PAGE);
        assertThat(new PagePolicy(PAGE, PoolMode.FAST, 12 * GIB, true).handle(100 * MIB, 0))
                .isEqualTo(64 * MIB);
    }

    @Test
    void shouldCreateSinglePagesWhenThrifty() {
        PagePolicy policy = new PagePolicy(64 * 1024, PoolMode.THRIFTY, 16 * GIB, false);
        assertThat(policy.handle(100 * MIB, 0)).isEqualTo(64 * 1024);
        assertThat(policy.next(64 * 1024, false, 0)).isEqualTo(64 * 1024);
    }

    @Test
    void shouldSayWhetherAllHandlesAreOfOnePage() {
        assertThat(new PagePolicy(PAGE, PoolMode.THRIFTY, 80 * GIB, false).isByPage())
                .isTrue();
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 15 * GIB, true).isByPage())
                .isTrue();
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 17 * GIB, true).isByPage())
                .isFalse();
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 15 * GIB, false).isByPage())
                .isFalse();
        assertThat(new PagePolicy(PAGE, PoolMode.FAST, GIB, true).isByPage()).isFalse();
    }

    @Test
    void shouldGrowByAStepOfAtMostAPartOfTheLimit() {
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 16 * GIB, false).next(PAGE, false, 0))
                .isEqualTo(24 * MIB);
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 16 * GIB, false).next(PAGE, true, 0))
                .isEqualTo(PAGE);
        assertThat(new PagePolicy(PAGE, PoolMode.BALANCED, 128 * MIB, true).next(PAGE, false, 0))
                .isEqualTo(4 * MIB);
        assertThat(new PagePolicy(PAGE, PoolMode.FAST, 16 * GIB, false).next(PAGE, false, 4 * GIB))
                .isEqualTo(GIB);
    }

    @Test
    void shouldKeepHandlesWholePagesWhereThoseAreLarge() {
        PagePolicy policy = new PagePolicy(128 * MIB, PoolMode.BALANCED, 1024 * MIB, true);
        assertThat(policy.handle(256 * MIB, 0)).isEqualTo(128 * MIB);
        assertThat(policy.handle(256 * MIB, 1024 * MIB)).isEqualTo(128 * MIB);
    }
}
