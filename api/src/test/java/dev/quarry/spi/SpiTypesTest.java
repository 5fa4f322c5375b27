package dev.quarry.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.DeviceInfo;
import dev.quarry.QuarryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpiTypesTest {
    @Test
    void shouldNameCallArgumentsAndCodeWhenDriverFails() {
        DriverException exception = new DriverException("cuMemFree", "0x1000", 201, "CUDA_ERROR_INVALID_CONTEXT");
        assertThat(exception)
                .isInstanceOf(QuarryException.class)
                .hasMessage("cuMemFree(0x1000) failed: 201 CUDA_ERROR_INVALID_CONTEXT");
        assertThat(exception.function()).isEqualTo("cuMemFree");
        assertThat(exception.code()).isEqualTo(201);
    }

    @Test
    void shouldBeCaughtAsDriverExceptionWhenOutOfMemory() {
        assertThat(new DriverOutOfMemoryException("cuMemAlloc", "64", 2, "CUDA_ERROR_OUT_OF_MEMORY"))
                .isInstanceOf(DriverException.class)
                .hasMessage("cuMemAlloc(64) failed: 2 CUDA_ERROR_OUT_OF_MEMORY");
    }

    @Test
    void shouldNotChangeWhenListOfTriedChangesLater() {
        List<String> tried = new ArrayList<>(List.of("/usr/lib"));
        Availability.Missing missing = new Availability.Missing("none", tried, "install");
        tried.clear();
        assertThat(missing.tried()).containsExactly("/usr/lib");
    }

    @Test
    void shouldNotChangeWhenPropertiesChangeLater() {
        Map<String, String> properties = new HashMap<>(Map.of("driver", "580"));
        DeviceInfo info = new DeviceInfo("cuda:0", "H100", properties);
        properties.clear();
        assertThat(info.properties()).containsEntry("driver", "580");
    }
}
