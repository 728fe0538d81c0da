package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads with which libtorch computes on the CPU, for work of our own: they are those of GNU's OpenMP, so that no two
 * kinds of threads want the same processors. Where libtorch has another OpenMP the caller works alone. For one caller at a
 * time.
 */
public final class HostTeam {
    /** How often a thread that waits for others looks before it lets any other have its processor. */
    private static final int LOOKS = 1000;

    private static final @Nullable OpenMp OPEN_MP = OpenMp.find();

    private final AtomicInteger arrived = new AtomicInteger();
    private final MemorySegment entry;
    private volatile @Nullable Work work;
    private volatile @Nullable Throwable failure;

    /** What every thread does, with one meeting in its middle: the second part begins when all have done the first. */
    public interface Work {
        void begin(int thread, int threads);

        void finish(int thread, int threads);
    }

    private record OpenMp(MethodHandle parallel, MethodHandle thread, MethodHandle threads) {
        static @Nullable OpenMp find() {
            try {
                var library = HostProducts.library();
                return new OpenMp(
                        handle(
                                library,
                                "GOMP_parallel",
                                FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT)),
                        handle(library, "omp_get_thread_num", FunctionDescriptor.of(JAVA_INT)),
                        handle(library, "omp_get_num_threads", FunctionDescriptor.of(JAVA_INT)));
            } catch (NoSuchElementException | IllegalArgumentException e) {
                return null;
            }
        }

        private static MethodHandle handle(SymbolLookup library, String name, FunctionDescriptor types) {
            return NativeFunction.of(library, name, types).handle();
        }
    }

    public HostTeam() {
        try {
            var own = MethodHandles.lookup()
                    .findVirtual(HostTeam.class, "enter", MethodType.methodType(void.class, MemorySegment.class))
                    .bindTo(this);
            entry = Linker.nativeLinker().upcallStub(own, FunctionDescriptor.ofVoid(ADDRESS), Arena.ofAuto());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does the work with at most so many threads and returns when all is done. */
    public void run(int threads, Work whole) {
        var openMp = OPEN_MP;
        if (threads == 1 || openMp == null) {
            alone(threads, whole);
            return;
        }
        work = whole;
        arrived.set(0);
        try {
            openMp.parallel.invokeExact(entry, MemorySegment.NULL, threads, 0);
        } catch (Throwable e) {
            throw new EngineFailure("threads together: " + e.getMessage(), e);
        }
        var failed = failure;
        if (failed != null) {
            failure = null;
            throw new EngineFailure("a thread's part: " + failed.getMessage(), failed);
        }
    }

    /** BLAS would wake threads of its own for products that are done sooner. */
    private static void alone(int threads, Work whole) {
        int before = threads == 1 ? HostProducts.useThreads(1) : 0;
        try {
            whole.begin(0, 1);
            whole.finish(0, 1);
        } finally {
            if (threads == 1) {
                HostProducts.useThreads(before);
            }
        }
    }

    /** One thread's part; what is thrown here would end the process. */
    @SuppressWarnings("unused") // OpenMP calls it
    private void enter(MemorySegment nothing) {
        try {
            var openMp = OPEN_MP;
            var mine = work;
            if (openMp != null && mine != null) {
                int thread = (int) openMp.thread.invokeExact();
                int threads = (int) openMp.threads.invokeExact();
                try {
                    mine.begin(thread, threads);
                } finally {
                    meet(threads);
                }
                mine.finish(thread, threads);
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private void meet(int threads) {
        arrived.incrementAndGet();
        for (int looks = 0; arrived.get() < threads; looks++) {
            if (looks < LOOKS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
