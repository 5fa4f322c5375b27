package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationRequestTest {
    @Test
    void shouldHavePlainValuesWhenOnlyBytesAreNamed() {
        AllocationRequest request = AllocationRequest.of(100);
        assertThat(request.bytes()).isEqualTo(100);
        assertThat(request.alignment()).isEqualTo(1);
        assertThat(request.stream()).isNull();
        assertThat(request.isZeroed()).isFalse();
        assertThat(request.isShareable()).isFalse();
        assertThat(request.tag()).isNull();
        assertThat(request.lifetime()).isEqualTo(LifetimeHint.UNKNOWN);
        assertThat(request.viewSafety()).isNull();
    }

    @Test
    void shouldKeepEarlierValuesWhenAnotherIsAdded() {
        try (Quarry quarry = Quarry.builder()
                .provider(FakeProvider.of("fake", new FakeDriver("fake:0")))
                .open()) {
            Stream stream = quarry.device("fake").defaultStream();
            AllocationRequest request = AllocationRequest.of(100)
                    .aligned(4096)
                    .on(stream)
                    .zeroed()
                    .shareable()
                    .tagged("weights")
                    .lifetime(LifetimeHint.LONG)
                    .viewSafety(ViewSafety.SHARED)
                    .aligned(64);
            assertThat(request.bytes()).isEqualTo(100);
            assertThat(request.alignment()).isEqualTo(64);
            assertThat(request.stream()).isSameAs(stream);
            assertThat(request.isZeroed()).isTrue();
            assertThat(request.isShareable()).isTrue();
            assertThat(request.tag()).isEqualTo("weights");
            assertThat(request.lifetime()).isEqualTo(LifetimeHint.LONG);
            assertThat(request.viewSafety()).isEqualTo(ViewSafety.SHARED);
            assertThat(request.toString()).contains("bytes=100", "alignment=64", "tag=weights", "lifetime=LONG");
        }
    }

    @Test
    void shouldNotChangeWhenAnotherRequestIsMadeOfIt() {
        AllocationRequest base = AllocationRequest.of(100);
        AllocationRequest aligned = base.aligned(512);
        AllocationRequest zeroed = aligned.zeroed();
        base.shareable();
        base.tagged("x");
        base.lifetime(LifetimeHint.SHORT);
        base.viewSafety(ViewSafety.CHECKED);

        assertThat(base).usingRecursiveComparison().isEqualTo(AllocationRequest.of(100));
        assertThat(aligned.alignment()).isEqualTo(512);
        assertThat(aligned.isZeroed()).isFalse();
        assertThat(zeroed.isZeroed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void shouldRefuseWhenBytesAreNotPositive(long bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AllocationRequest.of(bytes))
                .withMessageContaining("bytes = " + bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, Long.MAX_VALUE})
    void shouldAcceptWhenBytesArePositive(long bytes) {
        assertThat(AllocationRequest.of(bytes).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -2, 3, 48, 4095, (1 << 21) + 1, 1 << 22, 1L << 32, 1L << 62, Long.MIN_VALUE})
    void shouldRefuseWhenAlignmentIsNoPowerOfTwoUpTo2Mib(long alignment) {
        AllocationRequest request = AllocationRequest.of(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.aligned(alignment))
                .withMessageContaining("alignment = " + alignment);
    }

    @Test
    void shouldAcceptWhenAlignmentIsAnyPowerOfTwoUpTo2Mib() {
        for (int log2 = 0; log2 <= 21; log2++) {
            assertThat(AllocationRequest.of(1).aligned(1L << log2).alignment()).isEqualTo(1L << log2);
        }
    }
}
