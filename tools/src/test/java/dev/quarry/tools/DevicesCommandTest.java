package dev.quarry.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
    @Test
    void shouldListPluginsAndDevices() {
        Run run = Run.of("devices");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("sim: available", "sim:0", "80.00 GiB in total, 80.00 GiB free");
    }

    @Test
    void shouldPrintJson() throws JsonProcessingException {
        Run run = Run.of("devices", "--json");
        assertThat(run.exitCode()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        JsonNode plugin = json.get("plugins")
                .valueStream()
                .filter(node -> node.get("name").asText().equals("sim"))
                .findFirst()
                .orElseThrow();
        assertThat(plugin.get("available").asBoolean()).isTrue();
        JsonNode device = plugin.get("devices").get(0);
        assertThat(device.get("id").asText()).isEqualTo("sim:0");
        assertThat(device.get("kinds").get(0).get("name").asText()).isEqualTo("device");
        assertThat(device.get("kinds").get(0).get("total_bytes").asLong()).isEqualTo(80L << 30);
        assertThat(device.get("features").isObject()).isTrue();
    }

    @Test
    void shouldTellWhyAPluginIsMissing() {
        System.setProperty("quarry.sim.total", "much");
        try {
            Run run = Run.of("devices");
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("sim: missing, system property quarry.sim.total", "remedy");
            assertThat(Run.of("devices", "--json").out()).contains("\"available\" : false", "\"remedy\"");
        } finally {
            System.clearProperty("quarry.sim.total");
        }
    }
}
