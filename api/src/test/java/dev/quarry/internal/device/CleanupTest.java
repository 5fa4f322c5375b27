package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupTest {
    private final Cleanup cleanup = new Cleanup();
    private final List<String> ran = new ArrayList<>();

    @Test
    void shouldThrowNothingWhenNoStepFailed() {
        cleanup.run(() -> ran.add("a"));
        assertThatCode(cleanup::rethrow).doesNotThrowAnyException();
        assertThat(ran).containsExactly("a");
    }

    @Test
    void shouldRunAllAndThrowFirstWhenSeveralFail() {
        RuntimeException first = new IllegalStateException("first");
        RuntimeException second = new IllegalArgumentException("second");
        RuntimeException third = new IllegalArgumentException("third");
        cleanup.run(() -> fail(first));
        cleanup.run(() -> fail(second));
        cleanup.run(() -> ran.add("between"));
        cleanup.run(() -> fail(third));
        assertThat(ran).containsExactly("between");
        assertThatThrownBy(cleanup::rethrow).isSameAs(first).hasSuppressedException(second);
        assertThat(first.getSuppressed()).containsExactly(second, third);
    }

    @Test
    void shouldNotSuppressFailureInItselfWhenThrownTwice() {
        RuntimeException same = new IllegalStateException("same");
        cleanup.run(() -> fail(same));
        cleanup.run(() -> fail(same));
        assertThatThrownBy(cleanup::rethrow).isSameAs(same).hasNoSuppressedExceptions();
    }

    private static void fail(RuntimeException failure) {
        throw failure;
    }
}
