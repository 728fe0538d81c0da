package dev.tenon.tensor;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a libtorch tensor, owned by a {@link Scope}. Results of the operations below belong to the innermost open
 * scope. Not safe for use by two threads at once.
 */
public final class Tensor implements AutoCloseable {
    private final PtNDArray array;
    private Scope owner;
    private long @Nullable [] shape;
    private @Nullable DType dtype;
    private long countedBytes;
    private boolean closed;

    Tensor(PtNDArray array) {
        this.array = array;
        this.owner = Scope.current();
        owner.add(this);
        Ledger.opened();
    }

    PtNDArray array() {
        if (closed) {
            throw new IllegalStateException("This tensor was closed with its scope");
        }
        return array;
    }

    /** The lengths of the dimensions. */
    public long[] shape() {
        if (shape == null) {
            shape = array().getShape().getShape();
        }
        return shape.clone();
    }

    /** The length of one dimension; −1 is the last. */
    public long size(int dimension) {
        long[] lengths = shape();
        return lengths[dimension < 0 ? dimension + lengths.length : dimension];
    }

    public int rank() {
        return shape().length;
    }

    public DType dtype() {
        if (dtype == null) {
            // Asked through a kernel: DJL has no word for bfloat16.
            dtype = DType.ofCode(Kernels.callLong("dtype_of", this));
        }
        return dtype;
    }

    public Device device() {
        return Native.device(array());
    }

    public long elements() {
        return Arrays.stream(shape()).reduce(1, Math::multiplyExact);
    }

    public long bytes() {
        return elements() * dtype().bytes();
    }

    /** All elements in row order as floats. */
    public float[] toFloats() {
        var buffer = hostBytes(DType.F32).asFloatBuffer();
        var values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** All elements in row order as whole numbers. */
    public long[] toLongs() {
        var buffer = hostBytes(DType.I64).asLongBuffer();
        var values = new long[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** The only element. */
    public double item() {
        float[] values = toFloats();
        if (values.length != 1) {
            throw new IllegalStateException("item() needs one element, not " + values.length);
        }
        return values[0];
    }

    /** Copies the elements in row order, in this tensor's own type, little endian. */
    public void copyTo(MemorySegment target) {
        var bytes = dtype() == DType.BF16 ? BrainFloat.narrow(hostBytes(DType.F32)) : hostBytes(dtype());
        MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, target, 0, bytes.remaining());
    }

    private ByteBuffer hostBytes(DType type) {
        try (var scope = Scope.open()) {
            if (elements() == 0) {
                return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
            }
            var direct = Kernels.call("to_host", this, type.code()).array().toByteBuffer(true);
            var copy = new byte[direct.remaining()];
            direct.get(copy);
            return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Overwrites the elements with those of {@code source}, converting type and device; no gradient flows. */
    public void copyFrom(Tensor source) {
        Kernels.callNothing("copy_into", this, source);
    }

    public Tensor add(Tensor other) {
        return Kernels.call("add", this, other);
    }

    public Tensor sub(Tensor other) {
        return Kernels.call("sub", this, other);
    }

    public Tensor mul(Tensor other) {
        return Kernels.call("mul", this, other);
    }

    public Tensor mul(double factor) {
        return Kernels.call("scale", this, factor);
    }

    public Tensor div(Tensor other) {
        return Kernels.call("div", this, other);
    }

    /** Matrix product over the last two dimensions. */
    public Tensor matmul(Tensor other) {
        return Kernels.call("matmul", this, other);
    }

    public Tensor transpose(int a, int b) {
        return Kernels.call("transpose", this, a, b);
    }

    public Tensor reshape(long... lengths) {
        return Kernels.call("reshape", this, lengths);
    }

    /** The part {@code from..to} (end exclusive) of one dimension, as a view. */
    public Tensor slice(int dimension, long from, long to) {
        return Kernels.call("narrow", this, dimension, from, to - from);
    }

    /** Rows (or slices of {@code dimension}) by index. */
    public Tensor select(int dimension, Tensor indices) {
        return Kernels.call("index_select", this, dimension, indices);
    }

    public static Tensor cat(List<Tensor> parts, int dimension) {
        return Kernels.call("cat", parts, dimension);
    }

    public Tensor softmax(int dimension) {
        return Kernels.call("softmax", this, dimension);
    }

    public Tensor argmax(int dimension) {
        return Kernels.call("argmax", this, dimension);
    }

    public Tensor sum() {
        return Kernels.call("sum_all", this);
    }

    public Tensor mean() {
        return Kernels.call("mean_all", this);
    }

    public Tensor abs() {
        return Kernels.call("absolute", this);
    }

    public Tensor max() {
        return Kernels.call("max_all", this);
    }

    public Tensor to(DType type) {
        return Kernels.call("cast", this, type.code());
    }

    /** A copy on the other device (itself where it is there already). */
    public Tensor to(Device device) {
        return new Tensor((PtNDArray) array().toDevice(Native.djl(device), true));
    }

    /** The same values without the gradient history. */
    public Tensor detach() {
        return Kernels.call("detached", this);
    }

    public Tensor contiguous() {
        return Kernels.call("packed", this);
    }

    /** Makes this a leaf whose gradient {@link Tape#backward} fills. */
    public void requireGrad(boolean on) {
        Kernels.callNothing("require_grad", this, on);
    }

    /** The gradient, zeros before the first backward pass; owned by the innermost scope. */
    public Tensor grad() {
        var found = JniUtils.getGradient(array());
        return found == null ? Kernels.call("zeros_like", this) : new Tensor(found);
    }

    public void zeroGrad() {
        try (var scope = Scope.open()) {
            var found = JniUtils.getGradient(array());
            if (found != null) {
                Kernels.callNothing("zero_in_place", new Tensor(found));
            }
        }
    }

    public boolean isClosed() {
        return closed;
    }

    void moveTo(Scope scope) {
        if (scope == owner) {
            return;
        }
        array();
        scope.add(this);
        owner.remove(this);
        owner = scope;
        // Only lasting tensors are weighed: asking every passing one for its size would cost more than making it.
        if (scope.isDetached() && countedBytes == 0) {
            countedBytes = bytes();
            Ledger.sized(countedBytes);
        }
    }

    /** Frees the native tensor; closing twice is harmless. */
    @Override
    public void close() {
        if (!closed) {
            owner.remove(this);
            free();
        }
    }

    void free() {
        if (!closed) {
            closed = true;
            array.close();
            Ledger.closed(countedBytes);
        }
    }

    @Override
    public String toString() {
        return closed ? "Tensor(closed)" : "Tensor" + Arrays.toString(shape()) + " " + dtype() + " " + device();
    }
}
