package dev.quarry.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The plugin's settings, from code, system properties and environment variables. */
class CpuOptionsTest {
    private static CpuOptions from(Map<String, String> environment, Map<String, String> properties) {
        Properties all = new Properties();
        all.putAll(properties);
        return CpuOptions.from(environment, all);
    }

    @Test
    void shouldAskForNoHugePagesWhenNothingIsSet() {
        assertThat(CpuOptions.defaults().hugePages()).isFalse();
        assertThat(from(Map.of(), Map.of())).isEqualTo(CpuOptions.defaults()).hasSameHashCodeAs(CpuOptions.defaults());
    }

    @Test
    void shouldPreferPropertyWhenVariableIsSetToo() {
        CpuOptions huge = CpuOptions.builder().hugePages(true).build();

        assertThat(from(Map.of("QUARRY_CPU_HUGE_PAGES", "true"), Map.of())).isEqualTo(huge);
        assertThat(from(Map.of("QUARRY_CPU_HUGE_PAGES", "false"), Map.of("quarry.cpu.huge-pages", "true")))
                .isEqualTo(huge)
                .hasToString("CpuOptions[hugePages=true]");
    }

    @Test
    void shouldNamePlaceWhenValueIsBad() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> from(Map.of("QUARRY_CPU_HUGE_PAGES", "1"), Map.of()))
                .withMessage("environment variable QUARRY_CPU_HUGE_PAGES = 1 (expected: true or false)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> from(Map.of(), Map.of("quarry.cpu.huge-pages", "TRUE")))
                .withMessage("system property quarry.cpu.huge-pages = TRUE (expected: true or false)");
    }
}
