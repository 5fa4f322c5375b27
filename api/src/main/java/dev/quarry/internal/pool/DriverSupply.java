package dev.quarry.internal.pool;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import java.util.Optional;

/** One kind of a device's memory, from its driver. */
record DriverSupply(DeviceDriver driver, MemoryKind kind) implements MemorySupply {
    @Override
    public long allocate(SegmentRequest request) {
        return driver.allocate(request);
    }

    @Override
    public void free(long address, long bytes) {
        driver.free(kind, address, bytes);
    }

    @Override
    public MemoryInfo memory() {
        return driver.memory(kind);
    }

    @Override
    public Optional<VirtualMemory> virtualMemory() {
        return driver.virtualMemory().filter(memory -> memory.kinds().contains(kind));
    }

    @Override
    public boolean isForeign() {
        return false;
    }
}
