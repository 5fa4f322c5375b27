package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.spi.Availability;
import dev.quarry.spi.Availability.Missing;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** What becomes of the entries of a service file. */
class DiscoveryTest {
    @Test
    void shouldFindNothingWhenNoPluginIsNamed() {
        assertThat(discover()).isEmpty();
    }

    @Test
    void shouldFindPluginWhenItsClassLoads() {
        assertThat(discover("DiscoveryTest$GoodPlugin"))
                .extracting(DeviceProvider::name)
                .containsExactly("good");
    }

    @Test
    void shouldGoOnAndKeepReasonsWhenSomePluginsCannotBeLoaded() {
        List<DeviceProvider> found = discover(
                "NoSuchPlugin",
                "UnlinkedPlugin",
                "DiscoveryTest$GoodPlugin",
                "Cleanup",
                "DiscoveryTest$BreakingPlugin");
        assertThat(found)
                .extracting(DeviceProvider::name)
                .containsExactly("unloadable-1", "unloadable-2", "good", "unloadable-3", "unloadable-4");
        assertThat(found)
                .filteredOn(provider -> !provider.name().equals("good"))
                .extracting(DeviceProvider::probe)
                .allSatisfy(probe -> assertThat(probe).isInstanceOf(Missing.class));
        assertThat(reason(found, 0)).contains("NoSuchPlugin not found");
        assertThat(reason(found, 1)).contains("UnlinkedPlugin");
        assertThat(reason(found, 3)).contains("Cleanup not a subtype");
        assertThat(reason(found, 4)).contains("BreakingPlugin");
    }

    /** A plugin that loads, and has no devices. */
    public static final class GoodPlugin implements DeviceProvider {
        @Override
        public String name() {
            return "good";
        }

        @Override
        public int spiVersion() {
            return SPI_VERSION;
        }

        @Override
        public Availability probe() {
            return new Availability.Available("loads");
        }

        @Override
        public List<DeviceDriver> open() {
            return List.of();
        }
    }

    /** A plugin whose making fails. */
    public static final class BreakingPlugin implements DeviceProvider {
        /** Fails. */
        public BreakingPlugin() {
            throw new UnsupportedOperationException("told to fail");
        }

        @Override
        public String name() {
            throw new AssertionError("never made");
        }

        @Override
        public int spiVersion() {
            throw new AssertionError("never made");
        }

        @Override
        public Availability probe() {
            throw new AssertionError("never made");
        }

        @Override
        public List<DeviceDriver> open() {
            throw new AssertionError("never made");
        }
    }

    private static String reason(List<DeviceProvider> found, int index) {
        return ((Missing) found.get(index).probe()).reason();
    }

    private static List<DeviceProvider> discover(String... plugins) {
        return DeviceRegistry.discover(ServiceLoader.load(DeviceProvider.class, new PluginLoader(plugins)));
    }

    /** Defines the plugins below anew, outside of the module that the tests run in, as a class path would. */
    private static final class PluginLoader extends ClassLoader {
        private static final String PACKAGE = "dev.quarry.internal.device.";
        private static final String SERVICE_FILE = "META-INF/services/" + DeviceProvider.class.getName();

        private final List<String> plugins;

        PluginLoader(String... plugins) {
            super(DiscoveryTest.class.getClassLoader());
            this.plugins = List.of(plugins);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE) || !plugins.contains(name.substring(PACKAGE.length()))) {
                return super.loadClass(name, resolve);
            }
            if (name.endsWith("UnlinkedPlugin")) {
                throw new NoClassDefFoundError("UnlinkedPlugin was built against another version");
            }
            try (InputStream in =
                    DiscoveryTest.class.getResourceAsStream(name.substring(PACKAGE.length()) + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.equals(SERVICE_FILE)
                    ? Collections.enumeration(List.of(serviceFile()))
                    : super.getResources(name);
        }

        private URL serviceFile() throws IOException {
            String lines =
                    String.join("\n", plugins.stream().map(PACKAGE::concat).toList());
            return URL.of(URI.create("memory:" + SERVICE_FILE), new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) {
                    return new URLConnection(url) {
                        @Override
                        public void connect() {}

                        @Override
                        public InputStream getInputStream() {
                            return new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
                        }
                    };
                }
            });
        }
    }
}
