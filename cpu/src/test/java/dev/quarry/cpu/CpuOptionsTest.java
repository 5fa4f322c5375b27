package dev.quarry.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                .hasToString("CpuOptions[hugePages=true, numa=system]");
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

    @Test
    void shouldNameSettingWhenItIsUnknown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> from(Map.of("QUARRY_CPU_HUGEPAGES", "true"), Map.of()))
                .withMessage("environment variable QUARRY_CPU_HUGEPAGES: unknown setting (known: QUARRY_CPU_HUGE_PAGES,"
                        + " QUARRY_CPU_NUMA)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> from(Map.of(), Map.of("quarry.cpu.hugePages", "true")))
                .withMessage("system property quarry.cpu.hugePages: unknown setting (known: quarry.cpu.huge-pages,"
                        + " quarry.cpu.numa)");
        assertThat(from(Map.of("QUARRY_CPUS", "2"), Map.of("quarry.cpus", "2"))).isEqualTo(CpuOptions.defaults());
    }

    @Test
    void shouldReadPlacementWhenPropertyOrVariableIsSet() {
        assertThat(CpuOptions.defaults().numa().isSystem()).isTrue();
        assertThat(from(Map.of("QUARRY_CPU_NUMA", "bind:1,0"), Map.of()).numa())
                .isEqualTo(NumaPlacement.bind(List.of(0, 1)))
                .hasToString("bind:0,1");
        assertThat(from(Map.of("QUARRY_CPU_NUMA", "bind:0"), Map.of("quarry.cpu.numa", "prefer:2"))
                        .numa())
                .isEqualTo(NumaPlacement.prefer(2));
        assertThat(NumaPlacement.parse("interleave:0,3")).isEqualTo(NumaPlacement.interleave(List.of(3, 0)));
        assertThat(NumaPlacement.parse("system")).isEqualTo(NumaPlacement.system());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bind",
                "bind:",
                "prefer:0,1",
                "bind:-1",
                "interleave:0,,1",
                "local:0",
                "bind:1024",
                "bind:0 "
            })
    void shouldNamePlaceWhenPlacementIsBad(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> from(Map.of(), Map.of("quarry.cpu.numa", text)))
                .withMessageStartingWith("system property quarry.cpu.numa = ")
                .withMessageContaining("expected: ");
    }
}
