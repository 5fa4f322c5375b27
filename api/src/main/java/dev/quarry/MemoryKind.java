package dev.quarry;

import java.util.Objects;

/**
 * A kind of memory that a device offers, with the attributes that decide how it may be used.
 *
 * <p>The four constants are what most plugins offer; a plugin may define further kinds with {@link #of}. Two kinds are
 * equal if their names are.
 */
public final class MemoryKind {
    /** Ordinary memory of the host. */
    public static final MemoryKind HOST = of("host", true, false);

    /** Page-locked memory of the host, which devices can copy from and to without staging. */
    public static final MemoryKind PINNED = of("pinned", true, true);

    /** Memory of an accelerator that the host cannot dereference. */
    public static final MemoryKind DEVICE = of("device", false, true);

    /** Memory that the driver migrates between the host and an accelerator. */
    public static final MemoryKind MANAGED = of("managed", true, true);

    private final String name;
    private final boolean hostAccessible;
    private final boolean deviceAccessible;

    private MemoryKind(String name, boolean hostAccessible, boolean deviceAccessible) {
        this.name = Objects.requireNonNull(name, "name");
        this.hostAccessible = hostAccessible;
        this.deviceAccessible = deviceAccessible;
    }

    /**
     * Defines a kind.
     *
     * @param name lower-case name as used on the command line and in metrics
     * @param hostAccessible whether Java code may read and write it through a {@code MemorySegment}
     * @param deviceAccessible whether work on an accelerator may read and write it directly
     */
    public static MemoryKind of(String name, boolean hostAccessible, boolean deviceAccessible) {
        return new MemoryKind(name, hostAccessible, deviceAccessible);
    }

    /** Returns the name as used on the command line and in metrics. */
    public String name() {
        return name;
    }

    /** Returns whether the host may dereference this memory; such memory has host-ordered allocations. */
    public boolean isHostAccessible() {
        return hostAccessible;
    }

    /** Returns whether work on an accelerator may use this memory directly; the host's own streams use all kinds. */
    public boolean isDeviceAccessible() {
        return deviceAccessible;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryKind kind && kind.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
