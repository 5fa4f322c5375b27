package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LibCTest {
    @Test
    void shouldThrowErrorAsItIsWhenJvmFailsInCall() {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        assertThatThrownBy(() -> LibC.unexpected(error)).isSameAs(error);
    }

    @Test
    void shouldSayThatCannotBeWhenCallThrowsException() {
        Exception exception = new Exception("no error");
        assertThat(LibC.unexpected(exception))
                .hasMessage("a C function cannot throw")
                .hasCause(exception);
    }
}
