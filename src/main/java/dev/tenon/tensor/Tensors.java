package dev.tenon.tensor;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/** Makes tensors; each belongs to the current {@link Scope}. */
public final class Tensors {
    private Tensors() {}

    /** float32 on the CPU. */
    public static Tensor of(float[] values, long... shape) {
        return load(MemorySegment.ofArray(values), DType.F32, shape, Device.cpu());
    }

    /** int64 on the CPU. */
    public static Tensor of(long[] values, long... shape) {
        return load(MemorySegment.ofArray(values), DType.I64, shape, Device.cpu());
    }

    /** int64 on a device. */
    public static Tensor of(long[] values, Device device, long... shape) {
        return load(MemorySegment.ofArray(values), DType.I64, shape, device);
    }

    public static Tensor zeros(DType type, Device device, long... shape) {
        return full(0, type, device, shape);
    }

    public static Tensor ones(DType type, Device device, long... shape) {
        return full(1, type, device, shape);
    }

    public static Tensor full(double value, DType type, Device device, long... shape) {
        return Kernels.call("filled", shape, value, type, device.isGpu(), device.index());
    }

    /** Uninitialised memory, for tensors that are written before they are read. */
    public static Tensor empty(DType type, Device device, long... shape) {
        return Kernels.call("uninitialised", shape, type, device.isGpu(), device.index());
    }

    /** Standard normal float32 on the CPU from a Java generator, so that a seed means the same on every platform. */
    public static Tensor randn(RandomGenerator random, long... shape) {
        long size = Shapes.elements(shape);
        var values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return of(values, shape);
    }

    /** Uniform float32 in {@code [low, high)} on the CPU from a Java generator. */
    public static Tensor uniform(RandomGenerator random, double low, double high, long... shape) {
        long size = Shapes.elements(shape);
        var values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (low + (high - low) * random.nextDouble());
        }
        return of(values, shape);
    }

    /** Standard normal from libtorch's own generator, straight on the device; for large random weights. */
    public static Tensor randnOn(Device device, DType type, double deviation, long... shape) {
        return Kernels.call("random_normal", shape, deviation, type, device.isGpu(), device.index());
    }

    /** Copies little-endian data of any element type and size, for example a mapped file's, to a device. */
    public static Tensor load(MemorySegment data, DType type, long[] shape, Device device) {
        long bytes = Math.multiplyExact(Shapes.elements(shape), (long) type.bytes());
        if (data.byteSize() != bytes) {
            throw new IllegalArgumentException("shape needs " + bytes + " bytes, the data has " + data.byteSize());
        }
        if (bytes == 0) {
            return zeros(type, device, shape);
        }
        Tensor whole = empty(type, Device.cpu(), shape);
        HostMemory.write(data, whole);
        if (!device.isGpu()) {
            return whole;
        }
        Tensor moved = whole.to(device);
        whole.close();
        return moved;
    }
}
