package dev.quarry.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.testkit.EmulatedDriver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the plugin says of drivers that are missing, broken, old, or without a device. */
class CudaProbeTest {
    @TempDir
    Path folder;

    @Test
    void shouldNameFileWhenItIsNotThere() throws Exception {
        assertThat(probe(folder.resolve("libnothing.so"), Map.of()))
                .startsWith(
                        "missing|the library that quarry.cuda.library or QUARRY_CUDA_LIBRARY names cannot be opened|")
                .contains("libnothing.so: there is no such file")
                .endsWith("|correct the setting, or remove it so that the usual places are looked at");
    }

    @Test
    void shouldSayWhyWhenFileIsNoLibrary() throws Exception {
        Path text = Files.writeString(folder.resolve("libtext.so"), "this is no library");
        assertThat(probe(text, Map.of())).startsWith("missing|").contains("libtext.so: not a shared library");
        assertThat(probe(folder, Map.of())).startsWith("missing|").contains("not a file that can be read");
    }

    @Test
    void shouldNameFunctionsWhenLibraryIsAnother() throws Exception {
        Path libc = Path.of("/lib/x86_64-linux-gnu/libm.so.6");
        assumeTrue(Files.exists(libc), "there is such a library");
        assertThat(probe(libc, Map.of()))
                .startsWith("missing|" + libc + " lacks functions of a driver of version 11.4|")
                .contains("cuInit: not in the library");
    }

    @Test
    void shouldSayWhatToDoWhenDriverHasNoDevice() throws Exception {
        Path driver = EmulatedDriver.library("cuda");
        assertThat(probe(driver, Map.of("QUARRY_EMULATED_CUDA_INIT", "100")))
                .startsWith("missing|the driver cannot be used|")
                .contains("cuInit(0) failed: 100 CUDA_ERROR_NO_DEVICE")
                .contains("nvidia-smi -L");
        assertThat(probe(driver, Map.of("CUDA_VISIBLE_DEVICES", "")))
                .startsWith("missing|")
                .contains("CUDA_VISIBLE_DEVICES is \"\": unset it");
        assertThat(probe(driver, Map.of("QUARRY_EMULATED_CUDA_INIT", "803")))
                .startsWith("missing|")
                .contains("restart the machine after an update");
    }

    @Test
    void shouldServeAllDevicesWhenThereAreSeveral() throws Exception {
        assertThat(probe(EmulatedDriver.library("cuda"), Map.of("QUARRY_EMULATED_CUDA_DEVICES", "4")))
                .startsWith("available|driver 13.0 from ")
                .contains("4 devices")
                .contains("cuda:0", "cuda:1", "cuda:2", "cuda:3");
    }

    @Test
    void shouldServeWhenDriverIsOld() throws Exception {
        assertThat(probe(EmulatedDriver.library("cuda-11.4"), Map.of()))
                .startsWith("available|driver 11.4 from ")
                .contains("virtual memory=yes");
    }

    @Test
    void shouldDoWithoutFeaturesWhenDeviceLacksThem() throws Exception {
        assertThat(probe(
                        EmulatedDriver.library("cuda"),
                        Map.of("QUARRY_EMULATED_CUDA_VMM", "0", "QUARRY_EMULATED_CUDA_POOLS", "0")))
                .startsWith("available|")
                .contains("virtual memory=no: the device does not offer it")
                .contains("stream-ordered pools=no: the device does not offer it");
    }

    /** Runs the probe in a JVM of its own, and returns what it printed. */
    private static String probe(Path library, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dquarry.cuda.library=" + library);
        command.add("--enable-native-access=dev.quarry.cuda");
        command.add("--module-path");
        command.add(System.getProperty("jdk.module.path"));
        command.add("--patch-module");
        command.add("dev.quarry.cuda=" + Path.of("target", "test-classes").toAbsolutePath());
        command.add("--module");
        command.add("dev.quarry.cuda/" + ProbeMain.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed.strip();
    }
}
