package dev.quarry.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.ViewSafety;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ViewTest {
    /** Memory of the arena's own, instead of memory at the address, which would take a restricted call. */
    private static final View.Source SOURCE = (address, bytes, arena) -> arena.allocate(bytes);

    @Test
    void shouldDieWithItsArenaWhenClosed() {
        for (ViewSafety safety : new ViewSafety[] {ViewSafety.CONFINED, ViewSafety.CHECKED}) {
            View view = View.open(SOURCE, safety, 4096, 16);
            view.segment().set(ValueLayout.JAVA_BYTE, 15, (byte) 7);
            view.arena().close();
            assertThatIllegalStateException()
                    .as(safety.name())
                    .isThrownBy(() -> view.segment().get(ValueLayout.JAVA_BYTE, 15));
        }
    }

    @Test
    void shouldBeClosableByItsThreadOnlyWhenConfined() throws InterruptedException {
        View view = View.open(SOURCE, ViewSafety.CONFINED, 4096, 16);
        assertThat(View.isMine(view.segment())).isTrue();
        assertThat(elsewhere(view)).isFalse();
        assertThat(View.owner(view.segment()))
                .isEqualTo("thread \"" + Thread.currentThread().getName() + "\"");
        view.arena().close();
    }

    @Test
    void shouldBeClosableByAllThreadsWhenChecked() throws InterruptedException {
        View view = View.open(SOURCE, ViewSafety.CHECKED, 4096, 16);
        assertThat(View.isMine(view.segment())).isTrue();
        assertThat(elsewhere(view)).isTrue();
        view.arena().close();
    }

    @Test
    void shouldCloseArenaWhenSourceFails() {
        AtomicReference<Arena> opened = new AtomicReference<>();
        View.Source failing = (address, bytes, arena) -> {
            opened.set(arena);
            throw new UnsupportedOperationException("no memory");
        };
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> View.open(failing, ViewSafety.CONFINED, 4096, 16));
        assertThat(opened.get().scope().isAlive()).isFalse();
    }

    private static boolean elsewhere(View view) throws InterruptedException {
        boolean[] closable = new boolean[1];
        Thread thread = Thread.ofPlatform().start(() -> closable[0] = View.isMine(view.segment()));
        thread.join();
        return closable[0];
    }
}
