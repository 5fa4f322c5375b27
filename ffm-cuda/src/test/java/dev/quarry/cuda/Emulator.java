package dev.quarry.cuda;

import dev.quarry.testkit.EmulatedDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The emulated driver that the plugin uses in these tests, and what a test tells and asks it. There is one for the process, so that
 * a test resets it before it begins.
 */
public final class Emulator {
    private static final Emulator INSTANCE = new Emulator();

    private final SymbolLookup library;
    private final MethodHandle reset;
    private final MethodHandle configure;
    private final MethodHandle fail;
    private final MethodHandle calls;
    private final MethodHandle hazards;
    private final MethodHandle hazardText;
    private final MethodHandle advanceAll;
    private final MethodHandle liveBytes;
    private final MethodHandle loseDevice;
    private final MethodHandle openHandles;
    private final MethodHandle contextDepth;

    private Emulator() {
        Path file = EmulatedDriver.library("cuda");
        System.setProperty("quarry.cuda.library", file.toString());
        library = SymbolLookup.libraryLookup(file, Arena.global());
        reset = bind("reset", ValueLayout.JAVA_INT);
        configure = bind("configure", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        fail = bind("fail", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        calls = bind("calls", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
        hazards = bind("hazards", ValueLayout.JAVA_LONG);
        hazardText = bind("hazard_text", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
        advanceAll = bind("advance_all", ValueLayout.JAVA_INT);
        liveBytes = bind("live_bytes", ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        loseDevice = bind("lose_device", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        openHandles = bind("open_handles", ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
        contextDepth = bind("context_depth", ValueLayout.JAVA_LONG);
    }

    /** Returns the driver, reset: as it is before anybody used it, with settings of the environment. */
    public static Emulator fresh() {
        INSTANCE.call(INSTANCE.reset);
        return INSTANCE;
    }

    /** Changes a setting from the next opening on. */
    public Emulator with(String key, String value) {
        try (Arena arena = Arena.ofConfined()) {
            check(call(configure, arena.allocateFrom(key), arena.allocateFrom(value)), "configure " + key);
        }
        return this;
    }

    /** Lets the nth call of a function from now on answer a code. */
    public void fail(String function, long nth, int code) {
        try (Arena arena = Arena.ofConfined()) {
            check(call(fail, arena.allocateFrom(function), nth, code), "fail " + function);
        }
    }

    /** Lets no call fail any more. */
    public void failNothing() {
        check(call(fail, MemorySegment.NULL, 0L, 0), "fail nothing");
    }

    /** Returns how often a function was called. */
    public long calls(String function) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) call(calls, arena.allocateFrom(function));
        }
    }

    /** Returns what was done to memory that was not in order. */
    public List<String> hazards() {
        long count = (long) call(hazards);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < Math.min(count, 32); i++) {
            texts.add(((MemorySegment) call(hazardText, i))
                    .reinterpret(Long.MAX_VALUE)
                    .getString(0));
        }
        return texts;
    }

    /** Runs all work. */
    public void advanceAll() {
        check(call(advanceAll), "advance all");
    }

    /** Returns the bytes of a device that are taken. */
    public long liveBytes(int device) {
        return (long) call(liveBytes, device);
    }

    /** Loses a device: all that is asked of it fails from now on. */
    public void loseDevice(int device) {
        check(call(loseDevice, device), "lose device " + device);
    }

    /** Returns how many of a kind are open, such as {@code streams}. */
    public long open(String kind) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) call(openHandles, arena.allocateFrom(kind));
        }
    }

    /** Returns how many contexts the calling thread has on its stack. */
    public long contextDepth() {
        return (long) call(contextDepth);
    }

    private MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find("emulated_cuda_" + name).orElseThrow(), FunctionDescriptor.of(result, arguments));
    }

    private Object call(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError("the emulator's own function failed", e);
        }
    }

    private static void check(Object code, String what) {
        if ((int) code != 0) {
            throw new IllegalArgumentException(what + " answered " + code);
        }
    }
}
