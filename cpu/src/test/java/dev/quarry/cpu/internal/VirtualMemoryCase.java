package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import dev.quarry.cpu.NumaPlacement;
import dev.quarry.spi.VirtualMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A driver with virtual memory for each test, and short names for what is asked of it. */
abstract class VirtualMemoryCase {
    static final long MIB = 1 << 20;
    static final long PAGE = 2 * MIB;

    CountingPages pages;
    CpuDriver driver;
    VirtualMemory memory;
    private boolean closed;

    @BeforeEach
    void open() {
        pages = new CountingPages(
                new MappedPages(new LockLimit(Path.of("/")), false, new MemoryPolicy(NumaPlacement.system())));
        driver = new CpuDriver(pages, Path.of("/"));
        memory = driver.virtualMemory().orElseThrow();
    }

    @AfterEach
    void close() {
        if (!closed) {
            closed = true;
            driver.close();
        }
    }

    long reserve(long bytes) {
        return memory.reserve(MemoryKind.HOST, bytes);
    }

    long create(long bytes) {
        return memory.create(MemoryKind.HOST, bytes);
    }

    /** Creates and maps memory, and gives access to it. */
    long createAt(long address, long bytes) {
        long handle = create(bytes);
        memory.map(address, bytes, handle);
        memory.setAccess(address, bytes);
        return handle;
    }

    /** Returns a view that lives for ever. */
    MemorySegment view(long address, long bytes) {
        return driver.view(address, bytes, Arena.global());
    }

    static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
