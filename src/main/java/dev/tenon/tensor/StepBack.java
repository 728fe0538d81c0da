package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/**
 * Lets a thread that computes all the time step back behind those that need a processor for a moment, such as those that
 * answer over HTTP. Linux keeps the {@code nice} value for every thread, and a thread inherits it from the one that starts
 * it, as libtorch's workers do. Where a processor is idle it changes nothing.
 */
final class StepBack {
    private StepBack() {}

    /** By so many of 19 steps, for good. Other systems than Linux would move the whole process: there nothing happens. */
    static void by(int steps) {
        if (System.getProperty("os.name").equals("Linux")) {
            var library = Linker.nativeLinker().defaultLookup();
            NativeFunction.of(library, "nice", FunctionDescriptor.of(JAVA_INT, JAVA_INT))
                    .call(steps);
        }
    }
}
