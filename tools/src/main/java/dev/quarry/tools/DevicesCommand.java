package dev.quarry.tools;

import dev.quarry.ByteSize;
import dev.quarry.Device;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.ProviderStatus;
import dev.quarry.Quarry;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command that lists plugins and devices. */
@Command(
        name = "devices",
        header = "List plugins and devices.",
        description = {
            "Every plugin is listed, available or missing with the reason and the remedy,",
            "and for each device its name, memory, kinds of memory and features.",
            ""
        })
final class DevicesCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private JsonOption output = new JsonOption();

    @Override
    public void run() {
        try (Quarry quarry = Quarry.open()) {
            output.print(spec, () -> json(quarry), () -> text(quarry));
        }
    }

    private static List<Device> devices(Quarry quarry, ProviderStatus plugin) {
        return quarry.devices().stream()
                .filter(device -> device.id().startsWith(plugin.name() + ":"))
                .toList();
    }

    private static Object json(Quarry quarry) {
        List<Object> plugins = new ArrayList<>();
        for (ProviderStatus plugin : quarry.providers()) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("name", plugin.name());
            switch (plugin.availability()) {
                case Availability.Available(String detail) -> {
                    json.put("available", true);
                    json.put("detail", detail);
                }
                case Availability.Missing(String reason, List<String> tried, String remedy) -> {
                    json.put("available", false);
                    json.put("reason", reason);
                    json.put("tried", tried);
                    json.put("remedy", remedy);
                }
            }
            json.put(
                    "devices",
                    devices(quarry, plugin).stream().map(DevicesCommand::json).toList());
            plugins.add(json);
        }
        return Map.of("plugins", plugins);
    }

    private static Map<String, @Nullable Object> json(Device device) {
        List<Object> kinds = new ArrayList<>();
        for (MemoryKind kind : device.kinds()) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            MemoryInfo memory = memory(device, kind);
            json.put("name", kind.name());
            json.put("total_bytes", memory == null ? null : memory.totalBytes());
            json.put("free_bytes", memory == null ? null : memory.freeBytes());
            json.put("host_accessible", kind.isHostAccessible());
            json.put("device_accessible", kind.isDeviceAccessible());
            kinds.add(json);
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", device.id());
        json.put("name", device.info().name());
        json.put("kinds", kinds);
        json.put("features", new TreeMap<>(device.info().properties()));
        return json;
    }

    private static String text(Quarry quarry) {
        StringBuilder text = new StringBuilder();
        for (ProviderStatus plugin : quarry.providers()) {
            switch (plugin.availability()) {
                case Availability.Available(String detail) -> line(text, "%s: available, %s", plugin.name(), detail);
                case Availability.Missing(String reason, List<String> tried, String remedy) -> {
                    line(text, "%s: missing, %s", plugin.name(), reason);
                    tried.forEach(attempt -> line(text, "  tried   %s", attempt));
                    line(text, "  remedy  %s", remedy);
                }
            }
            devices(quarry, plugin).forEach(device -> describe(text, device));
        }
        return text.isEmpty() ? "no plugins found" : text.toString();
    }

    private static void describe(StringBuilder text, Device device) {
        line(text, "  %s  %s", device.id(), device.info().name());
        for (MemoryKind kind : device.kinds()) {
            MemoryInfo memory = memory(device, kind);
            line(text, "    %-8s %s", kind, memory == null ? "the driver does not tell its size" : sizes(memory));
        }
        new TreeMap<>(device.info().properties()).forEach((name, value) -> line(text, "    %s: %s", name, value));
    }

    private static String sizes(MemoryInfo memory) {
        return ByteSize.format(memory.totalBytes()) + " in total, " + ByteSize.format(memory.freeBytes()) + " free";
    }

    private static @Nullable MemoryInfo memory(Device device, MemoryKind kind) {
        try {
            return device.memory(kind);
        } catch (DriverException e) {
            return null;
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // all formats stand in this class
    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
