package dev.quarry.sim;

import dev.quarry.ByteSize;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The plugin {@code sim}: simulated devices {@code sim:0}, {@code sim:1} and so on. Thread-safe. */
public final class SimProvider implements DeviceProvider {
    private final @Nullable SimOptions options;

    /** The memory of the devices of the last opening. */
    private final Map<Integer, Budget.Ledger> ledgers;

    /** Whether the next opening is of the same devices. */
    private volatile boolean shared;

    private volatile List<SimDriver> drivers = List.of();

    /** Makes the provider that {@link java.util.ServiceLoader} finds; options are {@link SimOptions#fromSystemProperties()}. */
    public SimProvider() {
        this.options = null;
        this.ledgers = new ConcurrentHashMap<>();
    }

    /** Makes one with options of its own. */
    public SimProvider(SimOptions options) {
        this(options, new ConcurrentHashMap<>());
    }

    private SimProvider(@Nullable SimOptions options, Map<Integer, Budget.Ledger> ledgers) {
        this.options = options;
        this.ledgers = ledgers;
    }

    /**
     * Returns a provider for another process on the devices of the last opening: its drivers have streams, addresses, faults
     * and hazards of their own, and share nothing but the bytes. What one takes, the other sees as not free. Each further
     * opening of this one is another process on these devices too.
     */
    public SimProvider sharing() {
        shared = true;
        SimProvider other = new SimProvider(options, ledgers);
        other.shared = true;
        return other;
    }

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public int spiVersion() {
        return 1;
    }

    @Override
    public Availability probe() {
        try {
            SimOptions found = resolve();
            return new Availability.Available(String.format(
                    Locale.ROOT,
                    "%d simulated device(s) of %s, work completes %s",
                    found.devices(),
                    ByteSize.format(found.totalBytes()),
                    found.schedule().name().toLowerCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage());
            return new Availability.Missing(reason, List.of(), "correct or remove the system property");
        }
    }

    @Override
    public List<DeviceDriver> open() {
        SimOptions found = resolve();
        if (!shared) {
            ledgers.clear();
        }
        drivers = IntStream.range(0, found.devices())
                .mapToObj(ordinal -> new SimDriver(found, ordinal, ledgerOf(ordinal, found)))
                .toList();
        return List.copyOf(drivers);
    }

    /**
     * Returns a driver of the last {@link #open()}, for a test to control.
     *
     * @param ordinal the number after the colon of the device's id
     * @throws IndexOutOfBoundsException if there is none
     */
    public SimDriver driver(int ordinal) {
        return drivers.get(ordinal);
    }

    private Budget.Ledger ledgerOf(int ordinal, SimOptions found) {
        return ledgers.computeIfAbsent(ordinal, device -> new Budget.Ledger(found.totalBytes()));
    }

    private SimOptions resolve() {
        return options != null ? options : SimOptions.fromSystemProperties();
    }
}
