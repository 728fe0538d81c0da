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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads with which libtorch computes on the CPU, for work of our own: they are those of GNU's OpenMP, so that no two
 * kinds of threads want the same processors. Where libtorch has another OpenMP the caller works alone. For one caller at a
 * time.
 */
public final class HostTeam {
    /** How often a thread that waits for others looks before it sleeps. */
    private static final int LOOKS = 1000;

    /** How long it sleeps before it looks again: whoever sleeps is soon let go on where others want the processors as well. */
    private static final long SLEEP_NANOS = 50_000;

    private static final @Nullable OpenMp OPEN_MP = OpenMp.find();

    /** The phase that goes on, and below it which of its tasks is next. */
    private final AtomicLong next = new AtomicLong();

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final MemorySegment entry;
    private volatile @Nullable Work work;

    /**
     * Work in phases, each of which begins when all tasks of those before are done. Any thread does any task: one that comes late
     * is not waited for.
     */
    public interface Work {
        int phases();

        /** Tasks of a phase, which may be none. */
        int tasks(int phase);

        void compute(int thread, int phase, int task);
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
        next.set(0);
        done.set(0);
        var openMp = OPEN_MP;
        if (threads == 1 || openMp == null) {
            alone(threads, whole);
            return;
        }
        work = whole;
        try {
            openMp.parallel.invokeExact(entry, MemorySegment.NULL, threads, 0);
        } catch (Throwable e) {
            throw new EngineFailure("threads together: " + e.getMessage(), e);
        }
        var failed = failure.getAndSet(null);
        if (failed != null) {
            throw new EngineFailure("a thread's part: " + failed.getMessage(), failed);
        }
    }

    /** BLAS would wake threads of its own for products that are done sooner. */
    private static void alone(int threads, Work whole) {
        int before = threads == 1 ? HostProducts.useThreads(1) : 0;
        try {
            for (int phase = 0; phase < whole.phases(); phase++) {
                int tasks = whole.tasks(phase);
                for (int task = 0; task < tasks; task++) {
                    whole.compute(0, phase, task);
                }
            }
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
                int phases = mine.phases();
                for (int phase = 0; phase < phases && failure.get() == null; phase++) {
                    take(mine, thread, phase, mine.tasks(phase));
                }
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void take(Work mine, int thread, int phase, int tasks) {
        long from = (long) phase << Integer.SIZE;
        long end = from + Integer.MAX_VALUE;
        if (tasks == 0) {
            next.compareAndSet(from, from + (1L << Integer.SIZE));
            return;
        }
        for (long now = next.get(); now < from + tasks; now = next.get()) {
            if (next.compareAndSet(now, now + 1)) {
                mine.compute(thread, phase, (int) (now - from));
                if (done.incrementAndGet() == tasks) {
                    done.set(0);
                    next.set(from + (1L << Integer.SIZE));
                }
            }
        }
        for (int looks = 0; next.get() < end && failure.get() == null; looks++) {
            if (looks < LOOKS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(SLEEP_NANOS);
            }
        }
    }
}
