package dev.quarry.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.tools.io.Progress;
import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of a replay, on engines that are broken in one way each. */
class CheckedReplayTest {
    private static final String TEXT =
            "op,id,size,stream\na,1,100,0\na,2,100,1\nf,1,0,0\na,3,100,1\nf,2,0,1\nf,3,0,0\n";

    private final Progress progress = Progress.onTerminal(new PrintWriter(Writer.nullWriter()));

    @TempDir
    Path folder;

    @Test
    void shouldPassASoundEngine() throws IOException {
        Trace trace = trace();
        assertThatCode(replay(trace, new FakeEngine(trace), true)).doesNotThrowAnyException();
    }

    @Test
    void shouldFindBlocksThatOverlap() throws IOException {
        Trace trace = trace();
        FakeEngine engine = new FakeEngine(trace) {
            @Override
            long place(int operation) {
                return operation == 3 ? 320 : super.place(operation);
            }
        };
        assertThatThrownBy(replay(trace, engine, false))
                .isInstanceOf(WorkFailedException.class)
                .hasMessageContaining("check failed after event 4")
                .hasMessageContaining("overlaps");
    }

    @Test
    void shouldFindContentsThatChanged() throws IOException {
        Trace trace = trace();
        FakeEngine engine = new FakeEngine(trace) {
            @Override
            void free(int operation) {
                super.free(operation);
                memory[256 + 50]++; // of the block of event 2
            }
        };
        assertThatThrownBy(replay(trace, engine, true))
                .isInstanceOf(WorkFailedException.class)
                .hasMessageContaining("check failed before event 5: the block of event 2, 100 bytes at 0x100");
    }

    @Test
    void shouldCountAHazardWhereMemoryIsHandedOutTooEarly() throws IOException {
        Trace trace = trace();
        try (SimDriver driver = new SimDriver(SimOptions.defaults(), 0)) {
            long base = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 4096, 512, false));
            FakeEngine engine = new FakeEngine(trace) {
                @Override
                long address(int slot) {
                    return base + super.address(slot);
                }
            };
            SimKernels kernels = SimKernels.complete(driver, trace);
            assertThatCode(() -> new CheckedReplay(trace, engine, null, kernels, false).run(progress))
                    .doesNotThrowAnyException();
            assertThat(kernels.hazards().count()).isZero();
            driver.touch(driver.streams().createStream(), base, 100, true); // ordered after nothing
            kernels.allocated(0, base, 100);
            assertThat(kernels.hazards().count()).isPositive();
        }
    }

    private ThrowingCallable replay(Trace trace, Engine engine, boolean patterned) {
        return () -> new CheckedReplay(trace, engine, null, null, patterned).run(progress);
    }

    private Trace trace() throws IOException {
        return Trace.read(Files.writeString(folder.resolve("trace.csv"), TEXT));
    }
}
