package dev.quarry.tools.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
    private final StringWriter out = new StringWriter();

    @Test
    void shouldPassOnOutputAndExitCodeWhenTheProgramEnds() {
        int exitCode = ChildJvm.run(
                Path.of("target", "test-classes"), Program.class.getName(), List.of("a", "b c"), new PrintWriter(out));
        assertThat(out).hasToString("[a, b c]");
        assertThat(exitCode).isEqualTo(7);
    }

    /** Prints its arguments, and fails. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            System.out.print(List.of(args));
            System.exit(7);
        }
    }
}
