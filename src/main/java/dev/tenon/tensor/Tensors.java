package dev.tenon.tensor;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/** Makes tensors from values; each belongs to the innermost open {@link Scope}. */
public final class Tensors {
    private Tensors() {}

    /** A float tensor on the CPU. */
    public static Tensor of(float[] values, long... shape) {
        var buffer = direct(values.length * 4L);
        buffer.asFloatBuffer().put(values);
        return fromBytes(buffer, DType.F32, shape, Device.cpu());
    }

    /** A whole-number tensor on the CPU. */
    public static Tensor of(long[] values, long... shape) {
        var buffer = direct(values.length * 8L);
        buffer.asLongBuffer().put(values);
        return fromBytes(buffer, DType.I64, shape, Device.cpu());
    }

    public static Tensor zeros(DType type, Device device, long... shape) {
        return full(0, type, device, shape);
    }

    public static Tensor ones(DType type, Device device, long... shape) {
        return full(1, type, device, shape);
    }

    /** Every element {@code value}. */
    public static Tensor full(double value, DType type, Device device, long... shape) {
        return Kernels.call("filled", anchor(device), shape, value, type.code());
    }

    /** Normally distributed numbers (mean 0, deviation 1) from a Java generator: the same on every platform. */
    public static Tensor randn(RandomGenerator random, long... shape) {
        int count = Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact));
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return of(values, shape);
    }

    /** Uniform numbers in {@code [low, high)} from a Java generator. */
    public static Tensor uniform(RandomGenerator random, double low, double high, long... shape) {
        int count = Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact));
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (low + (high - low) * random.nextDouble());
        }
        return of(values, shape);
    }

    /** Normally distributed numbers made on the device by libtorch's generator; for benchmarks' weights. */
    public static Tensor randnOn(Device device, DType type, double deviation, long... shape) {
        return Kernels.call("random_normal", anchor(device), shape, deviation, type.code());
    }

    /** Copies little-endian elements from memory (for example a mapped file) to the device. */
    public static Tensor load(MemorySegment data, DType type, long[] shape, Device device) {
        if (type == DType.BF16) {
            return fromBytes(BrainFloat.widen(data), type, shape, device);
        }
        var buffer = direct(data.byteSize());
        MemorySegment.copy(data, 0, MemorySegment.ofBuffer(buffer), 0, data.byteSize());
        return fromBytes(buffer, type, shape, device);
    }

    private static Tensor fromBytes(ByteBuffer bytes, DType type, long[] shape, Device device) {
        if (bytes.capacity() == 0) {
            return zeros(type, device, shape);
        }
        var manager = Native.manager();
        // DJL wraps the buffer without copying; the kernel makes a copy that libtorch owns.
        PtNDArray raw = manager.create(bytes, new Shape(shape), hostType(type));
        try (var scope = Scope.open()) {
            var host = new Tensor(raw);
            var placed = device.isGpu() ? host.to(device) : host;
            return scope.keep(Kernels.call("from_host", placed, type.code()));
        }
    }

    private static DataType hostType(DType type) {
        return switch (type) {
            case U8 -> DataType.UINT8;
            case I32 -> DataType.INT32;
            case I64 -> DataType.INT64;
            case F16 -> DataType.FLOAT16;
            case F32, BF16 -> DataType.FLOAT32;
            case F64 -> DataType.FLOAT64;
            case BOOL -> DataType.BOOLEAN;
        };
    }

    /** An empty tensor that tells a kernel on which device to make its result. */
    private static Tensor anchor(Device device) {
        PtNDArray empty = Native.manager().create(direct(1), new Shape(1), DataType.UINT8);
        var host = new Tensor(empty);
        return device.isGpu() ? host.to(device) : host;
    }

    static ByteBuffer direct(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
