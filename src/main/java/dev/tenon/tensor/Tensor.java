package dev.tenon.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a libtorch tensor. It belongs to a {@link Scope}, which frees it; {@link #close} frees it earlier.
 * Operations make new tensors in the current scope and follow libtorch's broadcasting.
 */
public final class Tensor implements AutoCloseable {
    private static final VarHandle HANDLE;

    static {
        try {
            HANDLE = MethodHandles.lookup().findVarHandle(Tensor.class, "handle", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Nullable
    Scope owner;

    @Nullable
    Tensor previous;

    @Nullable
    Tensor next;

    private volatile long handle;
    private final long[] shape;
    private final DType type;
    private final Device device;
    private volatile long counted;
    private volatile long address;

    Tensor(long handle, Scope scope, boolean view) {
        this.handle = handle;
        this.shape = Glue.sizes(handle);
        this.type = DType.ofGlue(Glue.type(handle));
        this.device = Engine.hasGpu() ? Device.ofGlue(Glue.device(handle)) : Device.cpu();
        this.counted = view ? 0 : bytes();
        Ledger.opened(device, counted);
        scope.add(this);
    }

    long handle() {
        long live = handle;
        if (live == 0) {
            throw new IllegalStateException("this tensor is closed");
        }
        return live;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** The length of one dimension; negative numbers count from the last. */
    public long size(int dim) {
        return shape[dim < 0 ? dim + shape.length : dim];
    }

    public int rank() {
        return shape.length;
    }

    public DType dtype() {
        return type;
    }

    public Device device() {
        return device;
    }

    public long elements() {
        return Shapes.elements(shape);
    }

    public long bytes() {
        return elements() * type.bytes();
    }

    public boolean isClosed() {
        return handle == 0;
    }

    /** Frees the handle now; a second call does nothing. */
    @Override
    public void close() {
        long live = (long) HANDLE.getAndSet(this, 0L);
        if (live != 0) {
            Scope scope = owner;
            if (scope != null) {
                scope.remove(this);
            }
            Ledger.closed(device, counted);
            Glue.deleteTensor(live);
        }
    }

    // ---- memory ----

    /**
     * Lies from now on where another tensor of the same shape and type does, which is used up; nothing is copied. What this
     * one had is freed unless others see it. A closed tensor stays closed.
     */
    public void lieIn(Tensor other) {
        if (other.type != type || !Arrays.equals(other.shape, shape)) {
            throw new IllegalArgumentException("%s does not fit into %s".formatted(this, other));
        }
        take(other);
    }

    /** Gives its memory back; nobody may read it until it has been told where to {@link #lieIn}. */
    public void leaveMemory() {
        try (var scope = Scope.open()) {
            take(Kernels.call("no_elements"));
        }
    }

    private void take(Tensor other) {
        long taken = (long) HANDLE.getAndSet(other, 0L);
        Scope scope = other.owner;
        if (scope != null) {
            scope.remove(other);
        }
        long before = handle;
        if (before == 0 || !HANDLE.compareAndSet(this, before, taken)) {
            Ledger.closed(other.device, other.counted);
            Glue.deleteTensor(taken);
            return;
        }
        Ledger.closed(device, counted);
        counted = other.counted;
        address = 0;
        Glue.deleteTensor(before);
    }

    // ---- data ----

    /** The elements as float32, row by row. */
    public float[] toFloats() {
        try (var scope = Scope.open()) {
            Tensor plain = Kernels.call("host_copy", this, DType.F32);
            var values = new float[Math.toIntExact(elements())];
            plain.copyTo(MemorySegment.ofArray(values));
            return values;
        }
    }

    /** The elements as int64, row by row. */
    public long[] toLongs() {
        try (var scope = Scope.open()) {
            Tensor plain = Kernels.call("host_copy", this, DType.I64);
            var values = new long[Math.toIntExact(elements())];
            plain.copyTo(MemorySegment.ofArray(values));
            return values;
        }
    }

    /** The only element. */
    public double item() {
        if (elements() != 1) {
            throw new IllegalStateException("item() of a tensor of shape " + Arrays.toString(shape));
        }
        try (var scope = Scope.open()) {
            var value = new double[1];
            Kernels.call("host_copy", this, DType.F64).copyTo(MemorySegment.ofArray(value));
            return value[0];
        }
    }

    /** Copies the little-endian elements, of any type, into a segment of exactly {@link #bytes()}. */
    public void copyTo(MemorySegment target) {
        if (target.byteSize() != bytes()) {
            throw new IllegalArgumentException("the tensor has " + bytes() + " bytes, the target " + target.byteSize());
        }
        if (bytes() == 0) {
            return;
        }
        HostMemory.read(this, target);
    }

    /** Overwrites the elements, converting type and device; shapes must agree up to broadcasting. Not recorded. */
    public void copyFrom(Tensor source) {
        Kernels.callNothing("copy_into", this, source);
    }

    // ---- gradients ----

    /** Makes this a leaf whose gradient {@link Tape#backward} fills. */
    public void requireGrad(boolean on) {
        Glue.requireGrad(handle(), on);
    }

    /** What backward passes have added up so far, zeros before the first; a handle on the live gradient. */
    public Tensor grad() {
        long gradient = Glue.grad(handle());
        return gradient == 0 ? Kernels.call("zeros_like", this) : new Tensor(gradient, Scope.current(), true);
    }

    public void zeroGrad() {
        Glue.zeroGrad(handle());
    }

    /** The same data without its history. */
    public Tensor detach() {
        return Kernels.view("detached", this);
    }

    /** Where the first element lies, in the memory of the tensor's device; it is nobody's any more when the tensor is closed. */
    public long address() {
        handle();
        if (address == 0) {
            try (var scope = Scope.open()) {
                Tensor first = Kernels.view("first_element", this);
                address = MemorySegment.ofBuffer(Glue.buffer(first.handle())).address();
            }
        }
        return address;
    }

    // ---- shape ----

    public Tensor reshape(long... newShape) {
        return Kernels.view("reshape", this, newShape);
    }

    public Tensor transpose(int a, int b) {
        return Kernels.view("transpose", this, a, b);
    }

    /** Elements {@code from} to {@code to} (exclusive) of one dimension, sharing memory. */
    public Tensor slice(int dim, long from, long to) {
        return Kernels.view("narrow", this, dim, from, to - from);
    }

    /** Memory of this flat tensor from a byte on, which a multiple of both types begins, as another type and shape. */
    public Tensor seenAs(long firstByte, DType newType, long... newShape) {
        return Kernels.view("seen_as", this, firstByte, newType, newType.bytes(), newShape);
    }

    /** The rows named by int64 {@code indices} along a dimension. */
    public Tensor select(int dim, Tensor indices) {
        return Kernels.call("index_select", this, dim, indices);
    }

    public Tensor contiguous() {
        return Kernels.call("packed", this);
    }

    public static Tensor cat(List<Tensor> parts, int dim) {
        return Kernels.call("cat", parts, dim);
    }

    public Tensor to(DType newType) {
        return newType == type ? Kernels.view("itself", this) : Kernels.call("cast", this, newType);
    }

    public Tensor to(Device newDevice) {
        return newDevice.equals(device)
                ? Kernels.view("itself", this)
                : Kernels.call("moved", this, newDevice.isGpu(), newDevice.index());
    }

    public Tensor copy() {
        return Kernels.call("copied", this);
    }

    // ---- arithmetic ----

    public Tensor add(Tensor other) {
        return Kernels.call("add", this, other);
    }

    public Tensor add(double number) {
        return Kernels.call("add_number", this, number);
    }

    public Tensor sub(Tensor other) {
        return Kernels.call("sub", this, other);
    }

    public Tensor mul(Tensor other) {
        return Kernels.call("mul", this, other);
    }

    public Tensor mul(double number) {
        return Kernels.call("scale", this, number);
    }

    public Tensor div(Tensor other) {
        return Kernels.call("div", this, other);
    }

    public Tensor matmul(Tensor other) {
        return Kernels.call("matmul", this, other);
    }

    public Tensor abs() {
        return Kernels.call("absolute", this);
    }

    public Tensor softmax(int dim) {
        return Kernels.call("softmax", this, dim);
    }

    /** Index of the largest along a dimension, int64. */
    public Tensor argmax(int dim) {
        return Kernels.call("argmax", this, dim);
    }

    /** The largest of all elements, a scalar. */
    public Tensor max() {
        return Kernels.call("max_all", this);
    }

    /** The sum of all elements, a scalar. */
    public Tensor sum() {
        return Kernels.call("sum_all", this);
    }

    public Tensor sum(int dim) {
        return Kernels.call("sum_over", this, dim);
    }

    /** The mean of all elements, a scalar. */
    public Tensor mean() {
        return Kernels.call("mean_all", this);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape) + "@" + device + (isClosed() ? " closed" : "");
    }
}
