package dev.tenon.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** A function of a native library, for calls that are so few that boxing their arguments does not matter. */
record NativeFunction(String name, MethodHandle handle) {
    /** @throws java.util.NoSuchElementException where the library has no such function */
    static NativeFunction of(SymbolLookup library, String name, FunctionDescriptor types) {
        return new NativeFunction(name, Linker.nativeLinker().downcallHandle(library.findOrThrow(name), types));
    }

    Object call(Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new EngineFailure(name + ": " + e.getMessage(), e);
        }
    }

    /** Calls a function that returns a status, of which 0 is success. */
    void check(Object... arguments) {
        int status = (int) call(arguments);
        if (status != 0) {
            throw new EngineFailure(name + " returned " + status);
        }
    }
}
