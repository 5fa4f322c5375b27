package dev.quarry.testkit;

import dev.quarry.MemoryKind;
import dev.quarry.Quarry;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract of a device plugin: what every driver does alike. A plugin joins with a subclass that names its provider.
 *
 * <p>The plugin must be available; a subclass skips itself where it is not, with the probe's reason.
 */
public abstract class DeviceContract
        implements DeviceMemoryCases, DeviceVirtualMemoryCases, DeviceStreamCases, DeviceCopyCases {
    private @Nullable DeviceProvider plugin;
    private @Nullable DeviceDriver driver;
    private @Nullable Quarry quarry;

    /** For subclasses. */
    protected DeviceContract() {}

    /** Returns the plugin. */
    protected abstract DeviceProvider provider();

    /** Returns whether a kind has memory behind its addresses that the test may look at: where the host has access. */
    protected boolean isViewable(MemoryKind kind) {
        return kind.isHostAccessible();
    }

    /** Returns whether there is memory behind the addresses of a kind, be it viewable or not. */
    protected boolean isReal(MemoryKind kind) {
        return isViewable(kind);
    }

    /** Returns the most bytes of a kind that a test may hold at once: 64 MiB, and 4 MiB of page-locked memory. */
    protected long budget(MemoryKind kind) {
        return kind.equals(MemoryKind.PINNED) ? 4 << 20 : 64 << 20;
    }

    /** Returns whether free memory is told to the byte, and nothing but the test changes it: not on real devices. */
    protected boolean isMemoryExact() {
        return false;
    }

    @BeforeEach
    void openDriver() {
        plugin = provider();
        List<DeviceDriver> opened = plugin.open();
        driver = opened.getFirst();
        opened.subList(1, opened.size()).forEach(DeviceDriver::close);
    }

    @AfterEach
    void closeAll() {
        if (quarry != null) {
            quarry.close();
        }
        driver().close();
    }

    @Override
    public final DeviceProvider plugin() {
        return present(plugin);
    }

    @Override
    public final DeviceDriver driver() {
        return present(driver);
    }

    @Override
    public final Quarry quarry() {
        if (quarry == null) {
            quarry = Quarry.builder().provider(plugin()).open();
        }
        return quarry;
    }

    @Override
    public final boolean canView(MemoryKind kind) {
        return isViewable(kind);
    }

    @Override
    public final boolean hasContents(MemoryKind kind) {
        return isReal(kind);
    }

    @Override
    public final long mostBytes(MemoryKind kind) {
        return budget(kind);
    }

    @Override
    public final boolean hasExactMemory() {
        return isMemoryExact();
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the test has not begun");
        }
        return value;
    }
}
