package dev.quarry.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One run of the command inside the test's process.
 *
 * @param exitCode what the process would end with
 * @param out what was written to standard output
 * @param err what was written to standard error
 */
record Run(int exitCode, String out, String err) {
    /** A trace of three blocks on two streams, of which one is freed on another stream and one is live at the end. */
    static final String TINY = "op,id,size,stream\na,1,1000,0\na,2,70000,1\nf,2,0,0\na,3,3000000,0\nf,1,0,0\n";

    static Run of(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exitCode = QuarryCommand.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Run(exitCode, out.toString(), err.toString());
    }

    static Path file(Path folder, String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
