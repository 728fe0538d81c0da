package dev.tenon.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The owner of tensors. An {@linkplain #open() open} scope belongs to its thread, sits on that thread's stack and frees
 * at its end whatever was made inside and not kept. A {@linkplain #detached() detached} scope is on no stack and owns
 * what lives long: a model's weights, an adapter, a cache.
 */
public final class Scope implements AutoCloseable {
    private final @Nullable Scope parent;
    private final @Nullable Thread thread;
    private @Nullable Tensor first;
    private long count;
    private boolean closed;

    private Scope(@Nullable Scope parent, @Nullable Thread thread) {
        this.parent = parent;
        this.thread = thread;
    }

    /** Pushes a new scope on this thread's stack. */
    public static Scope open() {
        ThreadState state = ThreadState.current();
        var scope = new Scope(state.scope, Thread.currentThread());
        state.scope = scope;
        return scope;
    }

    /** A scope that owns only what is moved into it, from any thread, until it is closed. */
    public static Scope detached() {
        return new Scope(null, null);
    }

    /** Moves a tensor to the enclosing scope, so that it outlives this one. */
    public Tensor keep(Tensor tensor) {
        if (parent == null) {
            throw new IllegalStateException(
                    "no enclosing scope to keep a tensor in; move it to a detached one with own()");
        }
        return parent.own(tensor);
    }

    /** Moves a tensor into this scope. */
    public Tensor own(Tensor tensor) {
        Scope from = tensor.owner;
        if (from != this) {
            if (from != null) {
                from.remove(tensor);
            }
            add(tensor);
        }
        return tensor;
    }

    /** Tensors that this scope would free now. */
    public synchronized long liveTensors() {
        return count;
    }

    static Scope current() {
        Scope scope = ThreadState.current().scope;
        if (scope == null) {
            throw new IllegalStateException(
                    "no scope is open on this thread: wrap the work in try (var scope = Scope.open())");
        }
        return scope;
    }

    synchronized void add(Tensor tensor) {
        if (closed) {
            throw new IllegalStateException("this scope is closed");
        }
        Tensor head = first;
        tensor.owner = this;
        tensor.previous = null;
        tensor.next = head;
        if (head != null) {
            head.previous = tensor;
        }
        first = tensor;
        count++;
    }

    synchronized void remove(Tensor tensor) {
        if (tensor.owner != this) {
            return;
        }
        Tensor before = tensor.previous;
        Tensor after = tensor.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        tensor.owner = null;
        tensor.previous = null;
        tensor.next = null;
        count--;
    }

    /** Frees every tensor still owned. An open scope must be closed by its thread, innermost first. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        if (thread != null) {
            ThreadState state = ThreadState.current();
            if (state.scope != this) {
                throw new IllegalStateException(
                        "scopes must be closed innermost first, by the thread that opened them");
            }
            state.scope = parent;
        }
        synchronized (this) {
            closed = true;
            while (first != null) {
                first.close();
            }
        }
    }
}
