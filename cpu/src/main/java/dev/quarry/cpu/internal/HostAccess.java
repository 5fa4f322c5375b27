package dev.quarry.cpu.internal;

import dev.quarry.cpu.CpuOptions;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DriverException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What this machine and this JVM allow: mappings of the C library, else an arena of the JDK, else nothing.
 *
 * <p>A view needs {@code MemorySegment.reinterpret}, a restricted method, whichever way memory is taken. So a JVM that
 * denies this module native access cannot use the plugin at all.
 */
public final class HostAccess {
    private static final Set<String> BOUND_PROCESSORS = Set.of("amd64", "aarch64");
    private static final Path ROOT = Path.of("/");

    private HostAccess() {}

    /**
     * Looks whether the plugin can be used, and which way memory would be taken. Never throws.
     *
     * @param options what is asked of the machine
     */
    public static Availability probe(CpuOptions options) {
        Optional<Availability.Missing> denial = denial();
        if (denial.isPresent()) {
            return denial.get();
        }
        try (HostPages pages = choosePages(options)) {
            if (!options.numa().isSystem()) {
                pages.map(pages.pageSize());
            }
            return new Availability.Available(pages.description());
        } catch (DriverException e) {
            return new Availability.Missing(
                    "pages cannot be placed on memory nodes as quarry.cpu.numa = " + options.numa() + " asks",
                    List.of(String.valueOf(e.getMessage())),
                    "name nodes of " + Machine.onlineNodes(ROOT).orElse("this machine")
                            + " (/sys/devices/system/node/online), or leave the setting out; a container may forbid"
                            + " mbind");
        }
    }

    /**
     * Opens the driver.
     *
     * @param options what is asked of the machine
     * @throws IllegalStateException if {@link #probe} says missing
     */
    public static DeviceDriver open(CpuOptions options) {
        Optional<Availability.Missing> denial = denial();
        if (denial.isPresent()) {
            throw new IllegalStateException("the plugin cpu cannot be used: "
                    + denial.get().reason() + "; " + denial.get().remedy());
        }
        return new CpuDriver(choosePages(options), ROOT);
    }

    private static Optional<Availability.Missing> denial() {
        try {
            // The only way to learn whether access is denied. A JVM that merely warns does so at the first such call.
            MemorySegment.NULL.reinterpret(0);
            return Optional.empty();
        } catch (IllegalCallerException e) {
            Module module = HostAccess.class.getModule();
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            return Optional.of(new Availability.Missing(
                    "the JVM denies native access to " + (module.isNamed() ? "module " + name : "the class path"),
                    List.of("MemorySegment.reinterpret: " + e.getMessage()),
                    "start the JVM with --enable-native-access=" + name));
        }
    }

    private static HostPages choosePages(CpuOptions options) {
        String system = System.getProperty("os.name", "");
        String processor = System.getProperty("os.arch", "");
        if (!system.equals("Linux") || !BOUND_PROCESSORS.contains(processor)) {
            return new ArenaPages("this is " + system + " on " + processor + ", not Linux on x86-64 or AArch64");
        }
        try {
            boolean allowed =
                    !Machine.transparentHugePages(ROOT).orElse("never").equals("never");
            return new MappedPages(
                    new LockLimit(ROOT), options.hugePages() && allowed, new MemoryPolicy(options.numa()));
        } catch (LinkageError | RuntimeException e) {
            return new ArenaPages("the C library could not be bound: " + (e.getCause() == null ? e : e.getCause()));
        }
    }
}
