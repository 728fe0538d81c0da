package dev.tenon.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Lets a thread that computes all the time step back behind those that need a processor for a moment, such as those that
 * answer over HTTP. Linux keeps the {@code nice} value for every thread, and a thread inherits it from the one that starts
 * it, as libtorch's workers do. Where a processor is idle it changes nothing.
 */
final class StepBack {
    private StepBack() {}

    /** By so many of 19 steps, for good. Other systems than Linux would move the whole process: there nothing happens. */
    static void by(int steps) {
        Linker linker = Linker.nativeLinker();
        var found = linker.defaultLookup().find("nice");
        if (found.isEmpty() || !System.getProperty("os.name").equals("Linux")) {
            return;
        }
        MethodHandle nice =
                linker.downcallHandle(found.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int unused = (int) nice.invokeExact(steps);
        } catch (Throwable e) {
            throw new EngineFailure("the C library could not be called", e);
        }
    }
}
