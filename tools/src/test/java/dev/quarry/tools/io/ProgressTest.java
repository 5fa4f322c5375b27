package dev.quarry.tools.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter terminal = new StringWriter();

    @Test
    void shouldShowWorkThatTakesOverASecondAndRemoveItsLine() throws InterruptedException {
        try (Progress progress = Progress.always(new PrintWriter(terminal))) {
            progress.phase("timing", 1, 4);
            Thread.sleep(1500);
        }
        assertThat(terminal.toString()).contains("timing 25 % (1 s)").endsWith("\r\u001b[K");
    }

    @Test
    void shouldSayNothingOfShortWork() {
        try (Progress progress = Progress.always(new PrintWriter(terminal))) {
            progress.phase("reading");
        }
        assertThat(terminal.toString()).isEmpty();
    }
}
