package dev.quarry.bench.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** The writer of all generated traces, as files {@code NAME.csv.gz} in one folder. */
public final class ScenarioFiles {
    private static final int BUFFER = 1 << 16;

    private ScenarioFiles() {}

    /**
     * Writes the files.
     *
     * @param args the folder, which is made if it is missing
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: ScenarioFiles DIR");
            System.exit(2);
        }
        write(Path.of(args[0]));
    }

    /** Writes the files into a folder, which is made if it is missing. */
    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Scenario scenario : Scenario.values()) {
            Path file = folder.resolve(scenario + ".csv.gz");
            scenario.write(new GZIPOutputStream(Files.newOutputStream(file), BUFFER));
        }
    }
}
