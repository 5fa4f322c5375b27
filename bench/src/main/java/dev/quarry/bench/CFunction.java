package dev.quarry.bench;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** A downcall to a C function of a library; addresses are plain numbers in all of them. */
final class CFunction {
    private CFunction() {}

    /** Binds a function; throws {@link UnsatisfiedLinkError} if the library has none of that name. */
    static MethodHandle bind(SymbolLookup library, String name, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find(name).orElseThrow(() -> new UnsatisfiedLinkError("no C function " + name)),
                        type,
                        options);
    }

    /** Makes what is thrown where a downcall throws. */
    static AssertionError unexpected(Throwable thrown) {
        return new AssertionError("a C function cannot throw", thrown);
    }
}
