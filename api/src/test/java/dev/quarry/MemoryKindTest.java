package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryKindTest {
    @ParameterizedTest
    @CsvSource({"host, true, false", "pinned, true, true", "device, false, true", "managed, true, true"})
    void shouldHaveDocumentedAttributesWhenKindIsPredefined(String name, boolean host, boolean device) {
        MemoryKind kind = Set.of(MemoryKind.HOST, MemoryKind.PINNED, MemoryKind.DEVICE, MemoryKind.MANAGED).stream()
                .filter(k -> k.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(kind.isHostAccessible()).isEqualTo(host);
        assertThat(kind.isDeviceAccessible()).isEqualTo(device);
        assertThat(kind).hasToString(name);
    }

    @Test
    void shouldEqualPredefinedKindWhenNameIsSame() {
        MemoryKind own = MemoryKind.of("device", false, true);
        assertThat(own).isEqualTo(MemoryKind.DEVICE).hasSameHashCodeAs(MemoryKind.DEVICE);
        assertThat(Set.of(MemoryKind.DEVICE)).contains(own);
    }

    @Test
    void shouldDifferWhenNameDiffers() {
        assertThat(MemoryKind.of("hbm", false, true))
                .isNotEqualTo(MemoryKind.DEVICE)
                .isNotEqualTo("hbm");
    }

    @Test
    void shouldKeepAttributesWhenKindIsOfPlugin() {
        MemoryKind kind = MemoryKind.of("cxl", true, false);
        assertThat(kind.name()).isEqualTo("cxl");
        assertThat(kind.isHostAccessible()).isTrue();
        assertThat(kind.isDeviceAccessible()).isFalse();
    }
}
