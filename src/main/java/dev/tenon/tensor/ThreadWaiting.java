package dev.tenon.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

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
        Linker linker = Linker.nativeLinker();
        var found = linker.defaultLookup().find("setenv");
        if (found.isEmpty()) {
            return; // no such function outside POSIX; the engine works without it
        }
        MethodHandle setenv = linker.downcallHandle(
                found.get(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int failed = (int) setenv.invokeExact(arena.allocateFrom(POLICY), arena.allocateFrom("PASSIVE"), 0);
            if (failed != 0) {
                throw new EngineFailure("the C library refused to set " + POLICY);
            }
        } catch (EngineFailure e) {
            throw e;
        } catch (Throwable e) {
            throw new EngineFailure("the C library could not be called", e);
        }
    }
}
