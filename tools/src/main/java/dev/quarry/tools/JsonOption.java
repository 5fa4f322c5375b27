package dev.quarry.tools;

import dev.quarry.tools.io.Json;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The option {@code --json}, and what it chooses between. */
final class JsonOption {
    @Option(names = "--json", description = "Print one JSON object, and nothing else, on standard output.")
    private boolean json;

    /** Returns whether results are printed as JSON. */
    boolean isJson() {
        return json;
    }

    /** Prints a result to standard output, as JSON or as text. */
    void print(CommandSpec spec, Supplier<Object> asJson, Supplier<String> asText) {
        spec.commandLine()
                .getOut()
                .println(json ? Json.text(asJson.get()) : asText.get().stripTrailing());
    }
}
