package dev.quarry.internal.config;

import dev.quarry.ByteSize;
import dev.quarry.ConfigurationException;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.PoolOptions.Description;
import dev.quarry.Reclaim;
import dev.quarry.ViewSafety;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The one table of the pool options that have a key: how to read each from text, and what it means. */
public final class OptionTable {
    private static final String PROPERTY_PREFIX = "quarry.pool.";
    private static final String VARIABLE_PREFIX = "QUARRY_POOL_";

    private static final String PRESSURE_LOW = "pressure-low";
    private static final String PRESSURE_HIGH = "pressure-high";

    private static final String AS_SIZE = ", in whole bytes or with a unit, such as 4096, 64KiB or 1.5GiB";

    private record Option(
            String key,
            String meaning,
            String expected,
            BiConsumer<PoolOptions.Builder, String> set,
            Function<PoolOptions, String> get) {}

    private static final Map<String, Option> OPTIONS = new LinkedHashMap<>();

    static {
        add(
                "limit",
                "most bytes taken from the driver, or none",
                "none, or a size of at least 1 byte" + AS_SIZE,
                OptionTable::setLimit,
                o -> limit(o.limit()));
        add(
                "memory-fraction",
                "greatest part of the device's memory taken from the driver",
                "a number above 0, at most 1",
                (b, v) -> b.memoryFraction(Double.parseDouble(v)),
                o -> String.valueOf(o.memoryFraction()));
        bytes(
                "initial-bytes",
                "bytes taken when the pool opens",
                "0 or more",
                PoolOptions.Builder::initialBytes,
                PoolOptions::initialBytes);
        bytes(
                "segment-bytes",
                "smallest segment taken from the driver, less only where less is left",
                "4 KiB to 1 GiB",
                PoolOptions.Builder::segmentBytes,
                PoolOptions::segmentBytes);
        add(
                "growth-factor",
                "part of the reserved bytes by which a pool grows",
                "a number from 0 to 1",
                (b, v) -> b.growthFactor(Double.parseDouble(v)),
                o -> String.valueOf(o.growthFactor()));
        bytes(
                "growth-bytes",
                "largest growth that growth-factor leads to",
                "0 or more",
                PoolOptions.Builder::growthBytes,
                PoolOptions::growthBytes);
        bytes(
                "cache-block-bytes",
                "largest block that a stream cache always keeps, 0 for no stream caches",
                "at most 64 KiB",
                PoolOptions.Builder::cacheBlockBytes,
                PoolOptions::cacheBlockBytes);
        bytes(
                "cache-bytes",
                "most bytes of such blocks in one stream's cache; larger sizes that recur are kept beyond",
                "0 or more",
                PoolOptions.Builder::cacheBytes,
                PoolOptions::cacheBytes);
        add(
                PRESSURE_LOW,
                "part of what the pool may take, in use, below which stream caches may grow",
                "a number from 0 to pressure-high",
                (b, v) -> b.pressureLow(Double.parseDouble(v)),
                o -> String.valueOf(o.pressureLow()));
        add(
                PRESSURE_HIGH,
                "part of what the pool may take, in use, above which stream caches shrink",
                "a number from pressure-low to 1",
                (b, v) -> b.pressureHigh(Double.parseDouble(v)),
                o -> String.valueOf(o.pressureHigh()));
        add(
                "view-safety",
                "protection of host views: confined, shared or checked",
                "confined, shared or checked",
                (b, v) -> b.viewSafety(ViewSafety.valueOf(v.toUpperCase(Locale.ROOT))),
                o -> o.viewSafety().name().toLowerCase(Locale.ROOT));
        flag(
                "clear-on-free",
                "overwrite memory with zeros when it is freed",
                PoolOptions.Builder::clearOnFree,
                PoolOptions::clearOnFree);
        flag(
                "track-places",
                "record where memory is allocated and closed",
                PoolOptions.Builder::trackPlaces,
                PoolOptions::trackPlaces);
        add(
                "leak-sampling",
                "of how many allocations one is watched for being lost without a close, 1 for all, 0 for none",
                "a whole number, 0 to " + Integer.MAX_VALUE,
                (b, v) -> b.leakSampling(Integer.parseInt(v)),
                o -> String.valueOf(o.leakSampling()));
        add(
                "reclaim",
                "of which allocations the memory comes back when the handle is lost: off, sampled or all",
                "off, sampled or all",
                (b, v) -> b.reclaim(Reclaim.valueOf(v.toUpperCase(Locale.ROOT))),
                o -> o.reclaim().name().toLowerCase(Locale.ROOT));
        add(
                "max-stall",
                "longest wait of the host for the device in one allocation, on the way to failure, such as 500ms or"
                        + " 10s",
                "a whole number, 0 or more, with the unit ms or s, such as 500ms or 10s",
                (b, v) -> b.maxStall(duration(v)),
                o -> o.maxStall().toMillis() + "ms");
        add(
                "ladder",
                "steps to take when no free block fits: all, none, or a list such as -wait,-remap",
                LadderText.EXPECTED,
                (b, v) -> b.ladder(LadderText.parse(v)),
                o -> LadderText.format(o.ladder()));
        flag(
                "virtual-memory",
                "map memory into reserved addresses where the device can, instead of taking segments",
                PoolOptions.Builder::virtualMemory,
                PoolOptions::virtualMemory);
        add(
                "mode",
                "how memory is weighed against time where virtual memory is used: fast, balanced or thrifty",
                "fast, balanced or thrifty",
                (b, v) -> b.mode(PoolMode.valueOf(v.toUpperCase(Locale.ROOT))),
                o -> o.mode().name().toLowerCase(Locale.ROOT));
    }

    private OptionTable() {}

    /** Where the environment sets an option, and to what. */
    public record Setting(String origin, String value) {}

    /**
     * Applies environment variables, then system properties.
     *
     * @return what was set, by key
     * @throws ConfigurationException if one is unknown or has a bad value
     */
    public static Map<String, Setting> applyEnvironment(
            PoolOptions.Builder builder, Map<String, String> environment, Properties properties) {
        Map<String, Setting> settings = new HashMap<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            if (name.startsWith(VARIABLE_PREFIX)) {
                String key = name.substring(VARIABLE_PREFIX.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
                settings.put(key, new Setting("environment variable " + name, value));
                set(builder, key, value, "environment variable " + name);
            }
        });
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(PROPERTY_PREFIX)) {
                String key = name.substring(PROPERTY_PREFIX.length());
                String value = properties.getProperty(name);
                settings.put(key, new Setting("system property " + name, value));
                set(builder, key, value, "system property " + name);
            }
        }
        return Map.copyOf(settings);
    }

    /**
     * Checks that the lower pressure is not above the upper one.
     *
     * @param settings what the environment set; code may have set other values since
     * @throws ConfigurationException if it is, and the environment set one of them
     * @throws IllegalArgumentException if it is, and code set both, or none is set
     */
    public static void checkPressures(double low, double high, Map<String, Setting> settings) {
        if (low <= high) {
            return;
        }
        IllegalArgumentException contradiction = new IllegalArgumentException(
                "pressureLow = " + low + " (expected: at most pressureHigh, " + high + ")");
        String places = Stream.of(place(settings.get(PRESSURE_LOW), low), place(settings.get(PRESSURE_HIGH), high))
                .filter(place -> !place.isEmpty())
                .collect(Collectors.joining(" and "));
        throw places.isEmpty()
                ? contradiction
                : new ConfigurationException(places + ": " + contradiction.getMessage(), contradiction);
    }

    /** Returns where a value in force was set, or an empty text if code has set another one. */
    private static String place(@Nullable Setting setting, double value) {
        return setting != null && Double.parseDouble(setting.value()) == value ? setting.origin() : "";
    }

    /**
     * Sets one option.
     *
     * @param origin where the setting stands, for the message
     * @throws ConfigurationException if the key is unknown or the value is bad
     */
    public static void set(PoolOptions.Builder builder, String key, String value, String origin) {
        Option option = OPTIONS.get(key);
        if (option == null) {
            throw new ConfigurationException(
                    origin + ": unknown option \"" + key + "\" (known: " + String.join(", ", OPTIONS.keySet()) + ")",
                    null);
        }
        try {
            option.set.accept(builder, value.strip());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ConfigurationException(
                    origin + ": bad value \"" + value + "\" for " + key + " (expected: " + option.expected + ")", e);
        }
    }

    /** Lists the options with their defaults. */
    public static List<Description> describe() {
        PoolOptions defaults = PoolOptions.withoutEnvironment().build();
        return OPTIONS.values().stream()
                .map(o -> new Description(o.key, o.get.apply(defaults), o.meaning))
                .toList();
    }

    /** Returns all values as text, by key. */
    public static Map<String, String> asMap(PoolOptions options) {
        Map<String, String> map = new LinkedHashMap<>();
        OPTIONS.values().forEach(o -> map.put(o.key, o.get.apply(options)));
        return map;
    }

    private static void add(
            String key,
            String meaning,
            String expected,
            BiConsumer<PoolOptions.Builder, String> set,
            Function<PoolOptions, String> get) {
        OPTIONS.put(key, new Option(key, meaning, expected, set, get));
    }

    private static void bytes(
            String key,
            String meaning,
            String bounds,
            BiConsumer<PoolOptions.Builder, Long> set,
            Function<PoolOptions, Long> get) {
        add(
                key,
                meaning,
                "a size: " + bounds + AS_SIZE,
                (b, v) -> set.accept(b, ByteSize.parse(v)),
                o -> String.valueOf(get.apply(o)));
    }

    private static void flag(
            String key,
            String meaning,
            BiConsumer<PoolOptions.Builder, Boolean> set,
            Function<PoolOptions, Boolean> get) {
        add(key, meaning, "true or false", (b, v) -> set.accept(b, trueOrFalse(v)), o -> String.valueOf(get.apply(o)));
    }

    private static void setLimit(PoolOptions.Builder builder, String value) {
        builder.limit(value.equals("none") ? Long.MAX_VALUE : ByteSize.parse(value));
    }

    private static String limit(long bytes) {
        return bytes == Long.MAX_VALUE ? "none" : String.valueOf(bytes);
    }

    private static boolean trueOrFalse(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static Duration duration(String value) {
        int unit = value.endsWith("ms") ? 2 : value.endsWith("s") ? 1 : 0;
        if (unit == 0) {
            throw new IllegalArgumentException("no unit ms or s");
        }
        long number = Long.parseLong(value.substring(0, value.length() - unit));
        return unit == 2 ? Duration.ofMillis(number) : Duration.ofSeconds(number);
    }
}
