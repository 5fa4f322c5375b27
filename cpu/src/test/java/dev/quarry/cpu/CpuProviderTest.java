package dev.quarry.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.MemoryKind;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The plugin's entry point, also in JVMs that deny it native access. */
class CpuProviderTest {
    private static final String TEST_CLASSES = Path.of("target", "test-classes").toString();

    @Test
    void shouldBeDeclaredWhenOnModulePathOrClassPath() throws IOException {
        Module module = CpuProvider.class.getModule();
        if (module.isNamed()) {
            assertThat(module.getDescriptor().provides()).anySatisfy(provided -> {
                assertThat(provided.service()).isEqualTo(DeviceProvider.class.getName());
                assertThat(provided.providers()).containsExactly(CpuProvider.class.getName());
            });
        }
        try (InputStream services = module.getResourceAsStream("META-INF/services/" + DeviceProvider.class.getName())) {
            assertThat(services)
                    .asString(StandardCharsets.UTF_8)
                    .isEqualToIgnoringWhitespace(CpuProvider.class.getName());
        }
        assertThat(new CpuProvider().name()).isEqualTo("cpu");
        assertThat(new CpuProvider().spiVersion()).isEqualTo(DeviceProvider.SPI_VERSION);
    }

    @Test
    void shouldTellTheWayWhenAvailable() {
        assertThat(new CpuProvider().probe())
                .isInstanceOfSatisfying(
                        Availability.Available.class,
                        available ->
                                assertThat(available.detail()).containsAnyOf("mappings of the C library", "portable"));
    }

    @Test
    void shouldOpenIndependentDriversWhenOpenedTwice() {
        DeviceDriver first = new CpuProvider().open().getFirst();
        DeviceDriver second = new CpuProvider().open().getFirst();
        long stream = first.streams().createStream();
        second.close();

        assertThat(first.info().id()).isEqualTo("cpu:0");
        assertThat(first.info().name()).isNotBlank();
        assertThat(first.granule()).isEqualTo(64);
        assertThat(first.kinds().iterator().next()).isEqualTo(MemoryKind.HOST);
        first.streams().synchronize(stream);
        first.close();
    }

    @Test
    void shouldNameFlagWhenAccessIsDeniedToClassPath() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "the JVM knows --illegal-native-access");
        List<String> classPath = new ArrayList<>(List.of(TEST_CLASSES));
        for (Class<?> type : new Class<?>[] {CpuProvider.class, DeviceProvider.class}) {
            classPath.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        String joined = String.join(File.pathSeparator, classPath);

        assertThat(java("--illegal-native-access=deny", "-cp", joined, ProbeMain.class.getName()))
                .startsWith("missing|the JVM denies native access to the class path|")
                .contains("MemorySegment")
                .endsWith("|start the JVM with --enable-native-access=ALL-UNNAMED");
        assertThat(java(
                        "--illegal-native-access=deny",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        joined,
                        ProbeMain.class.getName()))
                .startsWith("available|");
    }

    @Test
    void shouldNameFlagWhenAccessIsDeniedToModule() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "the JVM knows --illegal-native-access");
        String modulePath = System.getProperty("jdk.module.path");
        assumeTrue(modulePath != null, "this JVM has a module path");

        assertThat(java(
                        "--illegal-native-access=deny",
                        "--module-path",
                        modulePath,
                        "--patch-module",
                        "dev.quarry.cpu=" + TEST_CLASSES,
                        "--module",
                        "dev.quarry.cpu/" + ProbeMain.class.getName()))
                .startsWith("missing|the JVM denies native access to module dev.quarry.cpu|")
                .endsWith("|start the JVM with --enable-native-access=dev.quarry.cpu");
    }

    /** Runs a JVM, and returns all that it printed. */
    private static String java(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed.strip();
    }
}
