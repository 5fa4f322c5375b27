package dev.quarry.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.ConfigurationException;
import dev.quarry.LadderStep;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.Reclaim;
import dev.quarry.ViewSafety;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OptionTableTest {
    static Stream<Arguments> goodValues() {
        return Stream.of(
                good("limit", "3GiB", 3L << 30, PoolOptions::limit),
                good("memory-fraction", "0.75", 0.75, PoolOptions::memoryFraction),
                good("initial-bytes", "1m", 1L << 20, PoolOptions::initialBytes),
                good("segment-bytes", "64KiB", 64L << 10, PoolOptions::segmentBytes),
                good("growth-factor", "0.5", 0.5, PoolOptions::growthFactor),
                good("growth-bytes", "0", 0L, PoolOptions::growthBytes),
                good("cache-block-bytes", "8 kB", 8L << 10, PoolOptions::cacheBlockBytes),
                good("cache-bytes", "1.5k", 1536L, PoolOptions::cacheBytes),
                good("pressure-low", "0.2", 0.2, PoolOptions::pressureLow),
                good("pressure-high", "0.9", 0.9, PoolOptions::pressureHigh),
                good("view-safety", "shared", ViewSafety.SHARED, PoolOptions::viewSafety),
                good("clear-on-free", "true", true, PoolOptions::clearOnFree),
                good("track-places", "true", true, PoolOptions::trackPlaces),
                good("leak-sampling", "100", 100, PoolOptions::leakSampling),
                good("reclaim", "all", Reclaim.ALL, PoolOptions::reclaim),
                good("max-stall", "250ms", Duration.ofMillis(250), PoolOptions::maxStall),
                good(
                        "ladder",
                        "take-completed, merge",
                        Set.of(LadderStep.TAKE_COMPLETED, LadderStep.MERGE),
                        PoolOptions::ladder),
                good("virtual-memory", "false", false, PoolOptions::virtualMemory),
                good("mode", "thrifty", PoolMode.THRIFTY, PoolOptions::mode));
    }

    private static Arguments good(String key, String text, Object value, Function<PoolOptions, Object> get) {
        return Arguments.of(key, text, value, get);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goodValues")
    void shouldReadValueWhenKeyIsSetAnywhere(String key, String text, Object value, Function<PoolOptions, Object> get) {
        assertThat(get.apply(PoolOptions.withoutEnvironment().build())).isNotEqualTo(value);
        assertThat(get.apply(PoolOptions.withoutEnvironment().set(key, text).build()))
                .isEqualTo(value);
        assertThat(get.apply(applied(Map.of(variable(key), text), Map.of()))).isEqualTo(value);
        assertThat(get.apply(applied(Map.of(), Map.of("quarry.pool." + key, text))))
                .isEqualTo(value);
        assertThat(get.apply(PoolOptions.withoutEnvironment()
                        .set(key, "  " + text + " ")
                        .build()))
                .as("with blanks around")
                .isEqualTo(value);
    }

    @Test
    void shouldHaveOneGoodValueForEachKeyWhenTableIsListed() {
        assertThat(goodValues().map(arguments -> arguments.get()[0]))
                .containsExactlyElementsOf(OptionTable.describe().stream()
                        .<Object>map(PoolOptions.Description::key)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, -5",
        "limit, much",
        "limit, 9223372036854775808",
        "memory-fraction, 0",
        "memory-fraction, 1.5",
        "memory-fraction, NaN",
        "memory-fraction, 50%",
        "initial-bytes, -1",
        "segment-bytes, 100",
        "segment-bytes, 2GiB",
        "growth-factor, -1",
        "growth-factor, a third",
        "growth-bytes, lots",
        "cache-block-bytes, 1MiB",
        "cache-bytes, 1x",
        "pressure-low, -1",
        "pressure-high, 2",
        "pressure-high, 80%",
        "view-safety, safe",
        "view-safety, ''",
        "clear-on-free, yes",
        "clear-on-free, TRUE",
        "track-places, 1",
        "leak-sampling, -1",
        "leak-sampling, often",
        "leak-sampling, 99999999999",
        "reclaim, some",
        "ladder, ''",
        "ladder, everything",
        "ladder, WAIT",
        "ladder, 'wait,'",
        "ladder, 'wait,-merge'",
        "ladder, 'all,-merge'",
        "ladder, --merge",
        "max-stall, 10",
        "max-stall, s",
        "max-stall, -1s",
        "max-stall, 1.5s",
        "max-stall, 10m",
        "max-stall, 99999999999999999999s"
    })
    void shouldNameKeyValueAndOriginWhenValueIsBad(String key, String value) {
        assertBad(() -> PoolOptions.withoutEnvironment().set(key, value), key, value, "option " + key);
        assertBad(() -> applied(Map.of(variable(key), value), Map.of()), key, value, "variable " + variable(key));
        String property = "quarry.pool." + key;
        assertBad(() -> applied(Map.of(), Map.of(property, value)), key, value, "system property " + property);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit | 0.1 | none, or a size of at least 1 byte, in whole bytes or with a unit, such as 4096, 64KiB"
                        + " or 1.5GiB",
                "memory-fraction | half | a number above 0, at most 1",
                "segment-bytes | 2GiB | a size: 4 KiB to 1 GiB, in whole bytes or with a unit, such as 4096, 64KiB or"
                        + " 1.5GiB",
                "growth-factor | 2 | a number from 0 to 1",
                "cache-block-bytes | 1MiB | a size: at most 64 KiB, in whole bytes or with a unit, such as 4096, 64KiB"
                        + " or 1.5GiB",
                "view-safety | foo | confined, shared or checked",
                "clear-on-free | yes | true or false",
                "leak-sampling | often | a whole number, 0 to 2147483647",
                "reclaim | some | off, sampled or all",
                "mode | slow | fast, balanced or thrifty",
                "ladder | waits | all, none, or a list with commas: of steps, or of steps to leave out, each behind a"
                    + " minus, such as -wait,-remap; steps are take-completed, take-from-streams, drain-caches, merge,"
                    + " reclaim, other-segments, remap, wait, release, wait-for-block, other-pools, handler",
                "max-stall | 10 | a whole number, 0 or more, with the unit ms or s, such as 500ms or 10s"
            })
    void shouldSayWhatIsExpectedWhenValueIsBad(String key, String value, String expected) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> PoolOptions.withoutEnvironment().set(key, value))
                .withMessage(
                        "option " + key + ": bad value \"" + value + "\" for " + key + " (expected: " + expected + ")");
    }

    @Test
    void shouldNamePlacesWhenPressuresOfEnvironmentContradict() {
        Map<String, OptionTable.Setting> low = OptionTable.applyEnvironment(
                PoolOptions.withoutEnvironment(), Map.of("QUARRY_POOL_PRESSURE_LOW", "0.9"), new Properties());
        assertContradiction(
                () -> OptionTable.checkPressures(0.9, 0.8, low),
                "environment variable QUARRY_POOL_PRESSURE_LOW: pressureLow = 0.9 (expected: at most pressureHigh,"
                        + " 0.8)");
        assertThatIllegalArgumentException()
                .as("code set another one")
                .isThrownBy(() -> OptionTable.checkPressures(0.95, 0.8, low))
                .withMessage("pressureLow = 0.95 (expected: at most pressureHigh, 0.8)");
        OptionTable.checkPressures(0.9, 0.95, low);
    }

    @Test
    void shouldNamePropertyWhenOptionsAreBuiltOfContradictingOnes() {
        System.setProperty("quarry.pool.pressure-low", "0.6");
        System.setProperty("quarry.pool.pressure-high", "0.5");
        try {
            assertContradiction(
                    PoolOptions::defaults,
                    "system property quarry.pool.pressure-low and system property quarry.pool.pressure-high:"
                            + " pressureLow = 0.6 (expected: at most pressureHigh, 0.5)");
            assertThat(PoolOptions.builder().pressureHigh(0.7).build().pressureLow())
                    .as("code wins")
                    .isEqualTo(0.6);
        } finally {
            System.clearProperty("quarry.pool.pressure-low");
            System.clearProperty("quarry.pool.pressure-high");
        }
    }

    private static void assertContradiction(Runnable setting, String message) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(setting::run)
                .withMessage(message)
                .withCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayWhatBothEndsOfLeakSamplingMeanWhenDescribed() {
        assertThat(PoolOptions.describe())
                .filteredOn(description -> description.key().equals("leak-sampling"))
                .singleElement()
                .satisfies(description -> assertThat(description.meaning()).endsWith("1 for all, 0 for none"));
    }

    private static void assertBad(Runnable setting, String key, String value, String origin) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(setting::run)
                .withMessageContaining(origin)
                .withMessageContaining("bad value \"" + value + "\" for " + key)
                .withCauseInstanceOf(Exception.class);
    }

    @Test
    void shouldListKnownKeysWhenKeyIsUnknown() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> applied(Map.of("QUARRY_POOL_CACHE_SIZE", "1"), Map.of()))
                .withMessageContaining("environment variable QUARRY_POOL_CACHE_SIZE")
                .withMessageContaining("unknown option \"cache-size\"")
                .withMessageContaining("limit, memory-fraction, initial-bytes, ")
                .withMessageContaining("mode)");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> applied(Map.of(), Map.of("quarry.pool.cacheBytes", "1")))
                .withMessageContaining("system property quarry.pool.cacheBytes")
                .withMessageContaining("unknown option \"cacheBytes\"");
    }

    @Test
    void shouldIgnoreSettingsWhenTheyAreNotOfPools() {
        PoolOptions options = applied(
                Map.of("QUARRY_HOME", "/opt", "PATH", "/bin", "quarry_pool_limit", "x"),
                Map.of("quarry.cpu.numa", "x", "quarry.poolx", "x", "java.home", "/opt"));
        assertThat(options).isEqualTo(PoolOptions.withoutEnvironment().build());
    }

    @Test
    void shouldPreferPropertyWhenVariableIsSetToo() {
        PoolOptions options = applied(
                Map.of("QUARRY_POOL_LIMIT", "1k", "QUARRY_POOL_CACHE_BYTES", "2k"), Map.of("quarry.pool.limit", "3k"));
        assertThat(options.limit()).isEqualTo(3 << 10);
        assertThat(options.cacheBytes()).isEqualTo(2 << 10);
    }

    @Test
    void shouldPreferCodeWhenItSetsAfterEnvironment() {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment();
        OptionTable.applyEnvironment(builder, Map.of("QUARRY_POOL_LIMIT", "1k"), new Properties());
        assertThat(builder.limit(7).build().limit()).isEqualTo(7);
    }

    @Test
    void shouldReadPropertyWhenItIsAnotherPropertiesDefault() {
        Properties defaults = new Properties();
        defaults.setProperty("quarry.pool.limit", "5k");
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment();
        OptionTable.applyEnvironment(builder, Map.of(), new Properties(defaults));
        assertThat(builder.build().limit()).isEqualTo(5 << 10);
    }

    @Test
    void shouldMeanUnlimitedWhenLimitIsNone() {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment().limit(5);
        assertThat(builder.set("limit", "none").build().limit()).isEqualTo(Long.MAX_VALUE);
        assertThat(OptionTable.asMap(builder.build())).containsEntry("limit", "none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all | all",
                "none | none",
                "-wait | -wait",
                " -wait , -remap | -remap,-wait",
                "wait,wait | wait",
                "handler,wait | wait,handler",
                "take-completed,take-from-streams,drain-caches,merge,reclaim,other-segments,remap,wait,release,"
                        + "wait-for-block,other-pools | -handler",
                "-wait,-release,-wait-for-block,-other-pools,-handler,-remap,-reclaim |"
                        + " take-completed,take-from-streams,drain-caches,merge,other-segments"
            })
    void shouldWriteShorterFormWhenLadderIsRead(String text, String written) {
        PoolOptions options =
                PoolOptions.withoutEnvironment().set("ladder", text).build();
        assertThat(OptionTable.asMap(options)).containsEntry("ladder", written);
        assertThat(PoolOptions.withoutEnvironment().set("ladder", written).build())
                .isEqualTo(options);
    }

    @Test
    void shouldTakeEachStepAwayWhenItStandsBehindMinus() {
        for (LadderStep step : LadderStep.values()) {
            assertThat(PoolOptions.withoutEnvironment()
                            .set("ladder", "-" + step)
                            .build()
                            .ladder())
                    .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(step)));
        }
    }

    @Test
    void shouldReadSecondsWhenUnitIsS() {
        assertThat(PoolOptions.withoutEnvironment()
                        .set("max-stall", "3s")
                        .build()
                        .maxStall())
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void shouldReadEnumWhenDefaultLocaleIsTurkish() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.of("tr", "TR"));
        try {
            PoolOptions options = applied(Map.of("QUARRY_POOL_VIEW_SAFETY", "confined"), Map.of());
            assertThat(options.viewSafety()).isEqualTo(ViewSafety.CONFINED);
            assertThat(OptionTable.asMap(options)).containsEntry("view-safety", "confined");
            assertThat(applied(Map.of("QUARRY_POOL_INITIAL_BYTES", "1mib"), Map.of())
                            .initialBytes())
                    .isEqualTo(1 << 20);
        } finally {
            Locale.setDefault(before);
        }
    }

    private static PoolOptions applied(Map<String, String> environment, Map<String, String> properties) {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment();
        Properties set = new Properties();
        set.putAll(properties);
        OptionTable.applyEnvironment(builder, environment, set);
        return builder.build();
    }

    private static String variable(String key) {
        return "QUARRY_POOL_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
