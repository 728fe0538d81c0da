package dev.tenon.tensor;

import org.jspecify.annotations.Nullable;

/**
 * What one platform thread has open. libtorch keeps its gradient mode by native thread, on by default, so the first
 * use on a thread switches it off. Virtual threads change their native thread and must not compute.
 */
final class ThreadState {
    private static final ThreadLocal<ThreadState> CURRENT = ThreadLocal.withInitial(ThreadState::new);

    @Nullable
    Scope scope;

    @Nullable
    Tape tape;

    private ThreadState() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("tensors need a platform thread; this one is virtual");
        }
        Engine.ensureStarted();
        Glue.gradMode(false);
        Glue.optimizeGraphs(false);
    }

    static ThreadState current() {
        return CURRENT.get();
    }
}
