package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.ByteSize;
import dev.quarry.PoolOptions;
import org.junit.jupiter.api.Test;

class PressureTest {
    private static final long NORMAL = ByteSize.kib(256);
    private static final PoolOptions OPTIONS = PoolOptions.withoutEnvironment().build();

    @Test
    void shouldKeepWhatTheOptionSaysWhenPressureIsBetween() {
        for (double pressure : new double[] {0.3, 0.5, 0.8}) {
            assertThat(Pressure.cacheBytes(OPTIONS, pressure, ByteSize.gib(64))).isEqualTo(NORMAL);
        }
    }

    @Test
    void shouldKeepAQuarterWhenPressureIsHigh() {
        assertThat(Pressure.cacheBytes(OPTIONS, 0.81, ByteSize.gib(64))).isEqualTo(NORMAL / 4);
        assertThat(Pressure.cacheBytes(OPTIONS, 2, ByteSize.gib(64))).isEqualTo(NORMAL / 4);
    }

    @Test
    void shouldGrowWithThePoolWhenPressureIsLow() {
        assertThat(Pressure.cacheBytes(OPTIONS, 0.29, 0)).isEqualTo(NORMAL);
        assertThat(Pressure.cacheBytes(OPTIONS, 0.29, ByteSize.gib(8))).isEqualTo(NORMAL);
        assertThat(Pressure.cacheBytes(OPTIONS, 0.29, ByteSize.gib(16))).isEqualTo(2 * NORMAL);
        assertThat(Pressure.cacheBytes(OPTIONS, 0.29, ByteSize.gib(1024))).isEqualTo(ByteSize.mib(4));
    }

    @Test
    void shouldKeepNothingWhenTheOptionSaysSo() {
        PoolOptions without = OPTIONS.toBuilder().cacheBytes(0).build();
        for (double pressure : new double[] {0, 0.5, 1}) {
            assertThat(Pressure.cacheBytes(without, pressure, ByteSize.gib(64))).isZero();
        }
    }
}
