package dev.tenon.tensor;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Owns tensors and frees them together. Opened scopes form a stack per thread and every tensor belongs to the innermost
 * one; a detached scope stands outside the stack and keeps what {@link #own} gives it (weights, adapters, caches).
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<ArrayDeque<Scope>> STACK = ThreadLocal.withInitial(ArrayDeque::new);

    private final Set<Tensor> tensors = Collections.newSetFromMap(new IdentityHashMap<>());
    private final boolean stacked;
    private boolean closed;

    private Scope(boolean stacked) {
        this.stacked = stacked;
    }

    /** Pushes a scope; closing it frees everything made inside that was not kept or owned elsewhere. */
    public static Scope open() {
        var scope = new Scope(true);
        STACK.get().push(scope);
        return scope;
    }

    /** A long-lived owner outside the stack; usable from any thread. */
    public static Scope detached() {
        return new Scope(false);
    }

    static Scope current() {
        var scope = STACK.get().peek();
        if (scope == null) {
            throw new IllegalStateException(
                    "No tensor scope is open on this thread: use try (var scope = Scope.open())");
        }
        return scope;
    }

    /** Moves a tensor to the scope around this one. */
    public Tensor keep(Tensor tensor) {
        if (!stacked) {
            throw new IllegalStateException("A detached scope has no parent to keep a tensor in");
        }
        Scope parent = null;
        boolean next = false;
        for (var scope : STACK.get()) {
            if (next) {
                parent = scope;
                break;
            }
            next = scope == this;
        }
        if (parent == null) {
            throw new IllegalStateException("The outermost scope has no parent to keep a tensor in");
        }
        return parent.own(tensor);
    }

    /** Moves a tensor from its scope into this one. */
    public Tensor own(Tensor tensor) {
        tensor.moveTo(this);
        return tensor;
    }

    synchronized void add(Tensor tensor) {
        if (closed) {
            throw new IllegalStateException("This tensor scope is closed");
        }
        tensors.add(tensor);
    }

    synchronized void remove(Tensor tensor) {
        tensors.remove(tensor);
    }

    boolean isDetached() {
        return !stacked;
    }

    /** Tensors that closing this scope would free. */
    public synchronized long liveTensors() {
        return tensors.size();
    }

    @Override
    public void close() {
        @Nullable Tensor[] owned;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            owned = tensors.toArray(Tensor[]::new);
            tensors.clear();
        }
        if (stacked) {
            STACK.get().remove(this);
        }
        for (var tensor : owned) {
            if (tensor != null) {
                tensor.free();
            }
        }
    }
}
