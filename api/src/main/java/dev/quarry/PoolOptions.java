package dev.quarry;

import static dev.quarry.internal.config.Bounds.atLeast;
import static dev.quarry.internal.config.Bounds.millis;
import static dev.quarry.internal.config.Bounds.part;
import static dev.quarry.internal.config.Bounds.positivePart;
import static dev.quarry.internal.config.Bounds.within;

import dev.quarry.internal.config.OptionTable;
import dev.quarry.internal.index.SizeClasses;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a pool behaves: immutable, checked when built.
 *
 * <p>Each option can be set in code, by a system property {@code quarry.pool.KEY}, or by an environment variable
 * {@code QUARRY_POOL_KEY} (upper case, dots and dashes as underscores). Code wins over properties, properties over the
 * environment, the environment over the default. An unknown key or a bad value throws {@link ConfigurationException}.
 */
public final class PoolOptions {
    private final Builder values;

    private PoolOptions(Builder values) {
        this.values = values;
    }

    /** Returns the options that properties and environment give, defaults for the rest. */
    public static PoolOptions defaults() {
        return builder().build();
    }

    /**
     * Starts from what properties and environment give.
     *
     * @throws ConfigurationException if one of them is unknown or has a bad value
     */
    public static Builder builder() {
        Builder builder = new Builder();
        builder.settings = OptionTable.applyEnvironment(builder, System.getenv(), System.getProperties());
        return builder;
    }

    /** Starts from the documented defaults, whatever properties and environment say. */
    public static Builder withoutEnvironment() {
        return new Builder();
    }

    /** Starts from these options. */
    public Builder toBuilder() {
        return values.copy();
    }

    /** Lists every option that has a key, with its default. */
    public static List<Description> describe() {
        return OptionTable.describe();
    }

    /** Returns all values that have a key, as text. */
    public Map<String, String> asMap() {
        return OptionTable.asMap(this);
    }

    /** Returns the pool's name, or {@code null} for one made of device and kind. */
    public @Nullable String name() {
        return values.name;
    }

    /** Returns the greatest number of bytes taken from the driver; {@code Long.MAX_VALUE} for no limit. */
    public long limit() {
        return values.limit;
    }

    /** Returns the greatest part of the device's memory taken from the driver, above 0 and at most 1. */
    public double memoryFraction() {
        return values.memoryFraction;
    }

    /** Returns the bytes taken from the driver when the pool opens. */
    public long initialBytes() {
        return values.initialBytes;
    }

    /** Returns the smallest segment taken from the driver, in bytes; less is taken only where less is left. */
    public long segmentBytes() {
        return values.segmentBytes;
    }

    /** Returns the part of the reserved bytes by which a pool grows, 0 to 1. */
    public double growthFactor() {
        return values.growthFactor;
    }

    /** Returns the largest growth, in bytes, that {@link #growthFactor} leads to; larger requests get what they need. */
    public long growthBytes() {
        return values.growthBytes;
    }

    /** Returns the largest block, in bytes, that a stream cache always keeps; 0 for no stream caches. Larger ones, up to
     * 1 MiB, are kept if their size recurs. */
    public long cacheBlockBytes() {
        return values.cacheBlockBytes;
    }

    /** Returns the greatest number of bytes that one stream cache always keeps; what recurs is kept beyond that. */
    public long cacheBytes() {
        return values.cacheBytes;
    }

    /**
     * Returns the pressure below which stream caches may grow beyond {@link #cacheBytes}, 0 to {@link #pressureHigh}. Pressure
     * is what is allocated or waits for work, by what the pool may take.
     */
    public double pressureLow() {
        return values.pressureLow;
    }

    /** Returns the pressure above which stream caches shrink, up to 1. */
    public double pressureHigh() {
        return values.pressureHigh;
    }

    /** Returns the protection of host views where the request names none. */
    public ViewSafety viewSafety() {
        return values.viewSafety;
    }

    /** Returns whether memory is overwritten with zeros when it is freed. */
    public boolean clearOnFree() {
        return values.clearOnFree;
    }

    /** Returns whether the places of allocation and close are recorded; costs microseconds each. */
    public boolean trackPlaces() {
        return values.trackPlaces;
    }

    /**
     * Returns of how many allocations one is watched for being lost without a close; 0 for none. Each 64 MiB of
     * a large one that no cache served count as one more, and one for which the pool had to grow is always watched.
     */
    public int leakSampling() {
        return values.leakSampling;
    }

    /** Returns of which allocations the memory comes back when the handle is lost; for those made from now on. */
    public Reclaim reclaim() {
        return values.reclaim;
    }

    /** Returns for how long the host may wait for the device on the way to failure, in one allocation, all waits together. */
    public Duration maxStall() {
        return values.maxStall;
    }

    /** Returns the steps that are tried when no free block fits; unmodifiable. */
    public Set<LadderStep> ladder() {
        return values.ladder;
    }

    /** Returns whether memory is mapped into reserved addresses, where the device can; else it comes in segments. */
    public boolean virtualMemory() {
        return values.virtualMemory;
    }

    /** Returns how memory is weighed against time where virtual memory is used. */
    public PoolMode mode() {
        return values.mode;
    }

    /** Returns the handler that may free memory before an allocation fails, or {@code null}. */
    public @Nullable OutOfMemoryHandler outOfMemoryHandler() {
        return values.handler;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PoolOptions options
                && Objects.equals(name(), options.name())
                && asMap().equals(options.asMap())
                && Objects.equals(outOfMemoryHandler(), options.outOfMemoryHandler());
    }

    @Override
    public int hashCode() {
        return Objects.hash(name(), asMap());
    }

    @Override
    public String toString() {
        return "PoolOptions" + asMap();
    }

    /**
     * An option as the documentation shows it.
     *
     * @param key as in {@code quarry.pool.KEY}
     * @param defaultValue as text
     * @param meaning one sentence
     */
    public record Description(String key, String defaultValue, String meaning) {}

    /** The values while options are being made. Not thread-safe. */
    public static final class Builder implements Cloneable {
        private @Nullable String name;
        private long limit = Long.MAX_VALUE;
        private double memoryFraction = 1;
        private long initialBytes;
        private long segmentBytes = ByteSize.mib(2);
        private double growthFactor = 1 / 6.0;
        private long growthBytes = ByteSize.mib(256);
        private long cacheBlockBytes = ByteSize.kib(32);
        private long cacheBytes = ByteSize.kib(256);
        private double pressureLow = 0.3;
        private double pressureHigh = 0.8;
        private ViewSafety viewSafety = ViewSafety.CONFINED;
        private boolean clearOnFree;
        private boolean trackPlaces;
        private int leakSampling = 4096;
        private Reclaim reclaim = Reclaim.SAMPLED;
        private Duration maxStall = Duration.ofSeconds(10);
        private Set<LadderStep> ladder = Collections.unmodifiableSet(EnumSet.allOf(LadderStep.class));
        private boolean virtualMemory = true;
        private PoolMode mode = PoolMode.BALANCED;
        private @Nullable OutOfMemoryHandler handler;
        private Map<String, OptionTable.Setting> settings = Map.of();

        private Builder() {}

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        /** Sets {@link PoolOptions#name()}. */
        public Builder name(String value) {
            name = Objects.requireNonNull(value, "name");
            return this;
        }

        /** Sets {@link PoolOptions#limit()}: at least 1. */
        public Builder limit(long bytes) {
            limit = atLeast(1, bytes, "limit");
            return this;
        }

        /** Sets {@link PoolOptions#memoryFraction()}: above 0, at most 1. */
        public Builder memoryFraction(double value) {
            memoryFraction = positivePart(value, "memoryFraction");
            return this;
        }

        /** Sets {@link PoolOptions#initialBytes()}: 0 to 2<sup>61</sup> - 1. */
        public Builder initialBytes(long bytes) {
            initialBytes = within(0, SizeClasses.MAX_BYTES, bytes, "initialBytes");
            return this;
        }

        /** Sets {@link PoolOptions#segmentBytes()}: 4 KiB to 1 GiB. */
        public Builder segmentBytes(long bytes) {
            segmentBytes = within(4096, ByteSize.gib(1), bytes, "segmentBytes");
            return this;
        }

        /** Sets {@link PoolOptions#growthFactor()}: 0 to 1. */
        public Builder growthFactor(double value) {
            growthFactor = part(value, "growthFactor");
            return this;
        }

        /** Sets {@link PoolOptions#growthBytes()}: 0 or more. */
        public Builder growthBytes(long bytes) {
            growthBytes = atLeast(0, bytes, "growthBytes");
            return this;
        }

        /** Sets {@link PoolOptions#cacheBlockBytes()}: 0 to 64 KiB. */
        public Builder cacheBlockBytes(long bytes) {
            cacheBlockBytes = within(0, ByteSize.kib(64), bytes, "cacheBlockBytes");
            return this;
        }

        /** Sets {@link PoolOptions#cacheBytes()}: 0 or more. */
        public Builder cacheBytes(long bytes) {
            cacheBytes = atLeast(0, bytes, "cacheBytes");
            return this;
        }

        /** Sets {@link PoolOptions#pressureLow()}: 0 to 1. */
        public Builder pressureLow(double value) {
            pressureLow = part(value, "pressureLow");
            return this;
        }

        /** Sets {@link PoolOptions#pressureHigh()}: 0 to 1. */
        public Builder pressureHigh(double value) {
            pressureHigh = part(value, "pressureHigh");
            return this;
        }

        /** Sets {@link PoolOptions#viewSafety()}. */
        public Builder viewSafety(ViewSafety value) {
            viewSafety = Objects.requireNonNull(value, "viewSafety");
            return this;
        }

        /** Sets {@link PoolOptions#clearOnFree()}. */
        public Builder clearOnFree(boolean value) {
            clearOnFree = value;
            return this;
        }

        /** Sets {@link PoolOptions#trackPlaces()}. */
        public Builder trackPlaces(boolean value) {
            trackPlaces = value;
            return this;
        }

        /** Sets {@link PoolOptions#leakSampling()}: 1 for all allocations, 0 for none; a watched one costs microseconds. */
        public Builder leakSampling(int oneIn) {
            leakSampling = (int) atLeast(0, oneIn, "leakSampling");
            return this;
        }

        /** Sets {@link PoolOptions#reclaim()}. */
        public Builder reclaim(Reclaim value) {
            reclaim = Objects.requireNonNull(value, "reclaim");
            return this;
        }

        /** Sets {@link PoolOptions#maxStall()}: zero, or at least a millisecond, to which it is kept. */
        public Builder maxStall(Duration value) {
            maxStall = millis(value, "maxStall");
            return this;
        }

        /** Sets {@link PoolOptions#ladder()}: none, some, or all. */
        public Builder ladder(Collection<LadderStep> steps) {
            Set<LadderStep> chosen = EnumSet.noneOf(LadderStep.class);
            Objects.requireNonNull(steps, "ladder")
                    .forEach(step -> chosen.add(Objects.requireNonNull(step, "ladder step")));
            ladder = Collections.unmodifiableSet(chosen);
            return this;
        }

        /** Sets {@link PoolOptions#virtualMemory()}; fixed when the pool opens. */
        public Builder virtualMemory(boolean value) {
            virtualMemory = value;
            return this;
        }

        /** Sets {@link PoolOptions#mode()}. */
        public Builder mode(PoolMode value) {
            mode = Objects.requireNonNull(value, "mode");
            return this;
        }

        /** Sets {@link PoolOptions#outOfMemoryHandler()}. */
        public Builder outOfMemoryHandler(@Nullable OutOfMemoryHandler value) {
            handler = value;
            return this;
        }

        /**
         * Sets an option by its key, from text.
         *
         * @throws ConfigurationException if the key is unknown or the value is bad
         */
        public Builder set(String key, String value) {
            OptionTable.set(
                    this, Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"), "option " + key);
            return this;
        }

        /**
         * Makes the options.
         *
         * @throws IllegalArgumentException if the lower pressure is above the upper one
         * @throws ConfigurationException if it is, and a property or variable set one of them
         */
        public PoolOptions build() {
            OptionTable.checkPressures(pressureLow, pressureHigh, settings);
            return new PoolOptions(copy());
        }
    }
}
