package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/**
 * Lets libtorch's worker threads sleep while they wait. By itself OpenMP spins at the end of every operation, which on a
 * machine that does anything else as well (a database, a web server, a second job) costs most of the time: the spinning
 * thread takes the core that the other one needs. OpenMP reads its environment once, when libtorch is loaded.
 */
final class ThreadWaiting {
    private static final String POLICY = "OMP_WAIT_POLICY";

    private ThreadWaiting() {}

    /** Must come before libtorch is loaded; a policy that the user has set stays. */
    static void sleep() {
        if (System.getenv(POLICY) != null) {
            return;
        }
        var library = Linker.nativeLinker().defaultLookup();
        if (library.find("setenv").isEmpty()) {
            return; // no such function outside POSIX; the engine works without it
        }
        var setenv = NativeFunction.of(library, "setenv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int failed = (int) setenv.call(arena.allocateFrom(POLICY), arena.allocateFrom("PASSIVE"), 0);
            if (failed != 0) {
                throw new EngineFailure("the C library refused to set " + POLICY);
            }
        }
    }
}
