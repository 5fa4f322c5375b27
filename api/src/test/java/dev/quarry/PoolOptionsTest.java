package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PoolOptionsTest {
    /** Set in code alone. */
    private static final Set<String> WITHOUT_KEY = Set.of("name", "outOfMemoryHandler");

    @Test
    void shouldHaveDocumentedDefaultsWhenNothingIsSet() {
        PoolOptions options = PoolOptions.withoutEnvironment().build();
        assertThat(options.name()).isNull();
        assertThat(options.limit()).isEqualTo(Long.MAX_VALUE);
        assertThat(options.memoryFraction()).isEqualTo(1);
        assertThat(options.initialBytes()).isZero();
        assertThat(options.segmentBytes()).isEqualTo(ByteSize.mib(2));
        assertThat(options.growthFactor()).isEqualTo(1 / 6.0);
        assertThat(options.growthBytes()).isEqualTo(ByteSize.mib(256));
        assertThat(options.cacheBlockBytes()).isEqualTo(ByteSize.kib(32));
        assertThat(options.cacheBytes()).isEqualTo(ByteSize.kib(256));
        assertThat(options.pressureLow()).isEqualTo(0.3);
        assertThat(options.pressureHigh()).isEqualTo(0.8);
        assertThat(options.viewSafety()).isEqualTo(ViewSafety.CONFINED);
        assertThat(options.clearOnFree()).isFalse();
        assertThat(options.trackPlaces()).isFalse();
        assertThat(options.leakSampling()).isEqualTo(4096);
        assertThat(options.reclaim()).isEqualTo(Reclaim.SAMPLED);
        assertThat(options.maxStall()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.ladder()).containsExactly(LadderStep.values());
        assertThat(options.outOfMemoryHandler()).isNull();
    }

    @Test
    void shouldKeepEveryValueWhenSetInCodeAndCopied() {
        OutOfMemoryHandler handler = report -> false;
        PoolOptions options = everythingSet().outOfMemoryHandler(handler).build();
        for (PoolOptions same : List.of(options, options.toBuilder().build())) {
            assertThat(same.name()).isEqualTo("mine");
            assertThat(same.limit()).isEqualTo(1001);
            assertThat(same.memoryFraction()).isEqualTo(0.5);
            assertThat(same.initialBytes()).isEqualTo(1002);
            assertThat(same.segmentBytes()).isEqualTo(8192);
            assertThat(same.growthFactor()).isEqualTo(0.25);
            assertThat(same.growthBytes()).isEqualTo(1003);
            assertThat(same.cacheBlockBytes()).isEqualTo(1004);
            assertThat(same.cacheBytes()).isEqualTo(1005);
            assertThat(same.pressureLow()).isEqualTo(0.125);
            assertThat(same.pressureHigh()).isEqualTo(0.875);
            assertThat(same.viewSafety()).isEqualTo(ViewSafety.CHECKED);
            assertThat(same.clearOnFree()).isTrue();
            assertThat(same.trackPlaces()).isTrue();
            assertThat(same.leakSampling()).isEqualTo(77);
            assertThat(same.reclaim()).isEqualTo(Reclaim.ALL);
            assertThat(same.maxStall()).isEqualTo(Duration.ofMillis(1006));
            assertThat(same.ladder()).containsExactly(LadderStep.MERGE, LadderStep.WAIT);
            assertThat(same.outOfMemoryHandler()).isSameAs(handler);
        }
    }

    @Test
    void shouldNotChangeWhenBuilderIsUsedAgain() {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment().limit(5);
        PoolOptions options = builder.build();
        builder.limit(6);
        assertThat(options.limit()).isEqualTo(5);
        PoolOptions.Builder copy = options.toBuilder().limit(7);
        assertThat(options.limit()).isEqualTo(5);
        assertThat(copy.build().limit()).isEqualTo(7);
    }

    @Test
    void shouldAcceptBoundsWhenValuesJustFit() {
        PoolOptions least = PoolOptions.withoutEnvironment()
                .limit(1)
                .memoryFraction(Double.MIN_VALUE)
                .initialBytes(0)
                .segmentBytes(4096)
                .growthFactor(0)
                .growthBytes(0)
                .cacheBlockBytes(0)
                .cacheBytes(0)
                .pressureLow(0)
                .pressureHigh(0)
                .maxStall(Duration.ZERO)
                .build();
        assertThat(least.memoryFraction()).isPositive();
        PoolOptions most = PoolOptions.withoutEnvironment()
                .segmentBytes(ByteSize.gib(1))
                .growthFactor(1)
                .cacheBlockBytes(ByteSize.kib(64))
                .pressureLow(1)
                .pressureHigh(1)
                .memoryFraction(1)
                .build();
        assertThat(most.segmentBytes()).isEqualTo(1 << 30);
    }

    @Test
    void shouldRefuseWhenLowPressureIsAboveHighOne() {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment().pressureLow(0.5);
        assertThat(builder.pressureHigh(0.5).build().pressureHigh()).isEqualTo(0.5);
        builder.pressureHigh(0.4);
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage("pressureLow = 0.5 (expected: at most pressureHigh, 0.4)");
    }

    static Stream<Arguments> outOfBounds() {
        return Stream.of(
                refusal("limit = 0", b -> b.limit(0)),
                refusal("limit = -1", b -> b.limit(-1)),
                refusal("memoryFraction = 0.0", b -> b.memoryFraction(0)),
                refusal("memoryFraction = 1.0000001", b -> b.memoryFraction(1.0000001)),
                refusal("memoryFraction = NaN", b -> b.memoryFraction(Double.NaN)),
                refusal("initialBytes = -1", b -> b.initialBytes(-1)),
                refusal("initialBytes = 9223372036854775807", b -> b.initialBytes(Long.MAX_VALUE)),
                refusal("segmentBytes = 4095", b -> b.segmentBytes(4095)),
                refusal("segmentBytes = 1073741825", b -> b.segmentBytes(ByteSize.gib(1) + 1)),
                refusal("growthFactor = -0.1", b -> b.growthFactor(-0.1)),
                refusal("growthFactor = 1.1", b -> b.growthFactor(1.1)),
                refusal("growthFactor = NaN", b -> b.growthFactor(Double.NaN)),
                refusal("growthBytes = -1", b -> b.growthBytes(-1)),
                refusal("cacheBlockBytes = -1", b -> b.cacheBlockBytes(-1)),
                refusal("cacheBlockBytes = 65537", b -> b.cacheBlockBytes(ByteSize.kib(64) + 1)),
                refusal("cacheBytes = -1", b -> b.cacheBytes(-1)),
                refusal("pressureLow = -0.1", b -> b.pressureLow(-0.1)),
                refusal("pressureLow = NaN", b -> b.pressureLow(Double.NaN)),
                refusal("pressureHigh = 1.1", b -> b.pressureHigh(1.1)),
                refusal("leakSampling = -1", b -> b.leakSampling(-1)),
                refusal("maxStall = PT0.000999999S", b -> b.maxStall(Duration.ofNanos(999_999))),
                refusal("maxStall = PT-0.000000001S", b -> b.maxStall(Duration.ofNanos(-1))));
    }

    private static Arguments refusal(String named, Consumer<PoolOptions.Builder> setter) {
        return Arguments.of(named, setter);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outOfBounds")
    void shouldNameValueWhenItIsOutOfBounds(String named, Consumer<PoolOptions.Builder> setter) {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setter.accept(builder))
                .withMessageContaining(named);
        assertThat(builder.build()).isEqualTo(PoolOptions.withoutEnvironment().build());
    }

    @Test
    void shouldBeEqualWhenAllValuesAre() {
        PoolOptions options = everythingSet().build();
        assertThat(options)
                .isEqualTo(everythingSet().build())
                .hasSameHashCodeAs(everythingSet().build());
        assertThat(options).isNotEqualTo("mine");
    }

    static Stream<Arguments> singleChanges() {
        return Stream.of(
                refusal("name", b -> b.name("another")),
                refusal("limit", b -> b.limit(1)),
                refusal("memoryFraction", b -> b.memoryFraction(0.1)),
                refusal("initialBytes", b -> b.initialBytes(1)),
                refusal("segmentBytes", b -> b.segmentBytes(4096)),
                refusal("growthFactor", b -> b.growthFactor(0.1)),
                refusal("growthBytes", b -> b.growthBytes(1)),
                refusal("cacheBlockBytes", b -> b.cacheBlockBytes(1)),
                refusal("cacheBytes", b -> b.cacheBytes(1)),
                refusal("pressureLow", b -> b.pressureLow(0.5)),
                refusal("pressureHigh", b -> b.pressureHigh(0.5)),
                refusal("viewSafety", b -> b.viewSafety(ViewSafety.SHARED)),
                refusal("clearOnFree", b -> b.clearOnFree(false)),
                refusal("trackPlaces", b -> b.trackPlaces(false)),
                refusal("leakSampling", b -> b.leakSampling(1)),
                refusal("reclaim", b -> b.reclaim(Reclaim.OFF)),
                refusal("maxStall", b -> b.maxStall(Duration.ofMillis(1))),
                refusal("ladder", b -> b.ladder(List.of(LadderStep.MERGE))),
                refusal("outOfMemoryHandler", b -> b.outOfMemoryHandler(report -> true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("singleChanges")
    void shouldDifferWhenOneValueDoes(String option, Consumer<PoolOptions.Builder> setter) {
        PoolOptions.Builder builder = everythingSet();
        setter.accept(builder);
        assertThat(builder.build()).as(option).isNotEqualTo(everythingSet().build());
    }

    @Test
    void shouldReachEveryOptionByKeyWhenItIsNotCodeOnly() {
        Set<String> setters = Arrays.stream(PoolOptions.Builder.class.getDeclaredMethods())
                .filter(method ->
                        method.getReturnType() == PoolOptions.Builder.class && method.getParameterCount() == 1)
                .filter(method -> !method.isSynthetic())
                .map(method -> method.getName())
                .filter(name -> !WITHOUT_KEY.contains(name))
                .map(PoolOptionsTest::keyOf)
                .collect(Collectors.toSet());
        assertThat(setters).hasSize(19);
        assertThat(PoolOptions.describe())
                .extracting(PoolOptions.Description::key)
                .containsExactlyInAnyOrderElementsOf(setters);
        assertThat(everythingSet().build().asMap()).containsOnlyKeys(setters);
    }

    @Test
    void shouldShowEveryValueWhenWrittenAsMap() {
        Map<String, String> map = everythingSet().build().asMap();
        assertThat(map)
                .containsEntry("limit", "1001")
                .containsEntry("memory-fraction", "0.5")
                .containsEntry("initial-bytes", "1002")
                .containsEntry("segment-bytes", "8192")
                .containsEntry("growth-factor", "0.25")
                .containsEntry("growth-bytes", "1003")
                .containsEntry("cache-block-bytes", "1004")
                .containsEntry("cache-bytes", "1005")
                .containsEntry("pressure-low", "0.125")
                .containsEntry("pressure-high", "0.875")
                .containsEntry("view-safety", "checked")
                .containsEntry("clear-on-free", "true")
                .containsEntry("track-places", "true")
                .containsEntry("leak-sampling", "77")
                .containsEntry("reclaim", "all")
                .containsEntry("max-stall", "1006ms")
                .containsEntry("ladder", "merge,wait")
                .containsEntry("virtual-memory", "false")
                .containsEntry("mode", "fast");
        assertThat(everythingSet().build()).hasToString("PoolOptions" + map);
    }

    @Test
    void shouldReadItsOwnTextWhenMapIsSetByKey() {
        PoolOptions options = everythingSet().build();
        PoolOptions.Builder read = PoolOptions.withoutEnvironment().name("mine");
        options.asMap().forEach(read::set);
        assertThat(read.build()).isEqualTo(options);
    }

    @Test
    void shouldShowStallWhenItIsEndless() {
        PoolOptions endless = PoolOptions.withoutEnvironment()
                .maxStall(Duration.ofSeconds(Long.MAX_VALUE))
                .build();
        assertThat(endless.asMap()).containsEntry("max-stall", Long.MAX_VALUE + "ms");
        PoolOptions.Builder read = PoolOptions.withoutEnvironment();
        endless.asMap().forEach(read::set);
        assertThat(read.build()).isEqualTo(endless);
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void shouldNameArgumentWhenLadderHasNullStep() {
        assertThatNullPointerException()
                .isThrownBy(() -> PoolOptions.withoutEnvironment().ladder(Arrays.asList(LadderStep.MERGE, null)))
                .withMessage("ladder step");
    }

    @Test
    void shouldNotChangeWhenSetOfStepsChangesLater() {
        Set<LadderStep> steps = EnumSet.of(LadderStep.MERGE);
        PoolOptions options = PoolOptions.withoutEnvironment().ladder(steps).build();
        steps.clear();
        assertThat(options.ladder()).containsExactly(LadderStep.MERGE);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> options.ladder().clear());
    }

    @Test
    void shouldKeepMillisecondsWhenStallIsFiner() {
        PoolOptions options = PoolOptions.withoutEnvironment()
                .maxStall(Duration.ofNanos(7_999_999))
                .build();
        assertThat(options.maxStall()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void shouldSetDefaultsWhenDescribedDefaultsAreSetByKey() {
        PoolOptions.Builder builder = everythingSet();
        for (PoolOptions.Description description : PoolOptions.describe()) {
            builder.set(description.key(), description.defaultValue());
            assertThat(description.meaning()).isNotBlank();
        }
        assertThat(builder.build().asMap())
                .isEqualTo(PoolOptions.withoutEnvironment().build().asMap());
    }

    @Test
    void shouldSayKeyWhenCodeSetsUnknownOption() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> PoolOptions.withoutEnvironment().set("limits", "1"))
                .withMessageContaining("option limits: unknown option \"limits\"");
    }

    @Test
    void shouldReadSystemPropertyWhenBuiltWithEnvironment() {
        System.setProperty("quarry.pool.cache-bytes", "77k");
        try {
            assertThat(PoolOptions.defaults().cacheBytes()).isEqualTo(77 * 1024);
            assertThat(PoolOptions.builder().cacheBytes(5).build().cacheBytes()).isEqualTo(5);
            assertThat(PoolOptions.withoutEnvironment().build().cacheBytes()).isEqualTo(ByteSize.kib(256));
            assertThat(PoolOptions.describe())
                    .contains(new PoolOptions.Description(
                            "cache-bytes",
                            "262144",
                            "most bytes of such blocks in one stream's cache; larger sizes that recur are kept"
                                    + " beyond"));
        } finally {
            System.clearProperty("quarry.pool.cache-bytes");
        }
    }

    private static PoolOptions.Builder everythingSet() {
        return PoolOptions.withoutEnvironment()
                .name("mine")
                .limit(1001)
                .memoryFraction(0.5)
                .initialBytes(1002)
                .segmentBytes(8192)
                .growthFactor(0.25)
                .growthBytes(1003)
                .cacheBlockBytes(1004)
                .cacheBytes(1005)
                .pressureLow(0.125)
                .pressureHigh(0.875)
                .viewSafety(ViewSafety.CHECKED)
                .clearOnFree(true)
                .trackPlaces(true)
                .leakSampling(77)
                .reclaim(Reclaim.ALL)
                .maxStall(Duration.ofMillis(1006))
                .ladder(List.of(LadderStep.WAIT, LadderStep.MERGE))
                .virtualMemory(false)
                .mode(PoolMode.FAST);
    }

    private static String keyOf(String setter) {
        return setter.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
    }
}
