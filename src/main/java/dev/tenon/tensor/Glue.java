package dev.tenon.tensor;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * The native functions of DJL's libtorch glue that Tenon needs, by method handle. DJL's own array objects would cost a
 * registration in several maps each and know no bfloat16; a handle is one {@code long}, and a call through a constant
 * method handle is as cheap as a direct native call.
 */
final class Glue {
    private static final Class<?> LIBRARY;
    private static final Object INSTANCE;
    private static final MethodHandles.Lookup LOOKUP;

    static {
        try {
            LIBRARY = Class.forName("ai.djl.pytorch.jni.PyTorchLibrary");
            LOOKUP = MethodHandles.privateLookupIn(LIBRARY, MethodHandles.lookup());
            INSTANCE = LOOKUP.findStaticGetter(LIBRARY, "LIB", LIBRARY).invoke();
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final MethodHandle RUN =
            find("moduleRunMethod", long.class, long.class, String.class, long[].class, boolean.class, boolean.class);
    private static final MethodHandle SIZES = find("torchSizes", long[].class, long.class);
    private static final MethodHandle TYPE = find("torchDType", int.class, long.class);
    private static final MethodHandle DEVICE = find("torchDevice", int[].class, long.class);
    private static final MethodHandle DELETE_TENSOR = find("torchDeleteTensor", void.class, long.class);
    private static final MethodHandle DELETE_VALUE = find("torchDeleteIValue", void.class, long.class);
    private static final MethodHandle OF_TENSOR = find("iValueFromTensor", long.class, long.class);
    private static final MethodHandle OF_LONG = find("iValueFromLong", long.class, long.class);
    private static final MethodHandle OF_DOUBLE = find("iValueFromDouble", long.class, double.class);
    private static final MethodHandle OF_BOOL = find("iValueFromBool", long.class, boolean.class);
    private static final MethodHandle OF_LONGS = find("iValueFromLongList", long.class, long[].class);
    private static final MethodHandle OF_DOUBLES = find("iValueFromDoubleList", long.class, double[].class);
    private static final MethodHandle OF_TENSORS = find("iValueFromTensorList", long.class, long[].class);
    private static final MethodHandle TO_TENSOR = find("iValueToTensor", long.class, long.class);
    private static final MethodHandle TO_TENSORS = find("iValueToTensorList", long[].class, long.class);
    private static final MethodHandle IS_TENSOR = find("iValueIsTensor", boolean.class, long.class);
    private static final MethodHandle IS_TENSORS = find("iValueIsTensorList", boolean.class, long.class);
    private static final MethodHandle GRAD_MODE = find("torchSetGradMode", void.class, boolean.class);
    private static final MethodHandle OPTIMIZE = find("setGraphExecutorOptimize", void.class, boolean.class);
    private static final MethodHandle BACKWARD =
            find("torchBackward", void.class, long.class, long.class, boolean.class, boolean.class);
    private static final MethodHandle REQUIRE_GRAD = find("torchAttachGrad", void.class, long.class, boolean.class);
    private static final MethodHandle GRAD = find("torchGrad", long.class, long.class);
    private static final MethodHandle ZERO_GRAD = find("zeroGrad", void.class, long.class);
    private static final MethodHandle BUFFER = find("torchDirectByteBuffer", ByteBuffer.class, long.class);
    private static final MethodHandle EMPTY_CACHE = find("torchCudaEmptyCache", void.class);

    private Glue() {}

    private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
        try {
            return LOOKUP.findVirtual(LIBRARY, name, MethodType.methodType(result, parameters))
                    .bindTo(INSTANCE);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Calls a method of a module with values; the result is a value that the caller deletes. */
    static long run(long module, String method, long[] values) {
        try {
            return (long) RUN.invokeExact(module, method, values, true, false);
        } catch (Throwable e) {
            throw failure(method, e);
        }
    }

    /** The same in libtorch's inference mode. */
    static long infer(long module, String method, long[] values) {
        try {
            return (long) RUN.invokeExact(module, method, values, false, false);
        } catch (Throwable e) {
            throw failure(method, e);
        }
    }

    static long[] sizes(long tensor) {
        try {
            return (long[]) SIZES.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("shape", e);
        }
    }

    static int type(long tensor) {
        try {
            return (int) TYPE.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("dtype", e);
        }
    }

    static int[] device(long tensor) {
        try {
            return (int[]) DEVICE.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("device", e);
        }
    }

    static void deleteTensor(long tensor) {
        try {
            DELETE_TENSOR.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("delete", e);
        }
    }

    static void deleteValue(long value) {
        try {
            DELETE_VALUE.invokeExact(value);
        } catch (Throwable e) {
            throw failure("delete", e);
        }
    }

    static long ofTensor(long tensor) {
        try {
            return (long) OF_TENSOR.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static long ofLong(long number) {
        try {
            return (long) OF_LONG.invokeExact(number);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static long ofDouble(double number) {
        try {
            return (long) OF_DOUBLE.invokeExact(number);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static long ofBool(boolean flag) {
        try {
            return (long) OF_BOOL.invokeExact(flag);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static long ofLongs(long[] numbers) {
        try {
            return (long) OF_LONGS.invokeExact(numbers);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static long ofDoubles(double[] numbers) {
        try {
            return (long) OF_DOUBLES.invokeExact(numbers);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static long ofTensors(long[] tensors) {
        try {
            return (long) OF_TENSORS.invokeExact(tensors);
        } catch (Throwable e) {
            throw failure("argument", e);
        }
    }

    static boolean isTensor(long value) {
        try {
            return (boolean) IS_TENSOR.invokeExact(value);
        } catch (Throwable e) {
            throw failure("result", e);
        }
    }

    static boolean isTensors(long value) {
        try {
            return (boolean) IS_TENSORS.invokeExact(value);
        } catch (Throwable e) {
            throw failure("result", e);
        }
    }

    static long toTensor(long value) {
        try {
            return (long) TO_TENSOR.invokeExact(value);
        } catch (Throwable e) {
            throw failure("result", e);
        }
    }

    static long[] toTensors(long value) {
        try {
            return (long[]) TO_TENSORS.invokeExact(value);
        } catch (Throwable e) {
            throw failure("result", e);
        }
    }

    static void gradMode(boolean on) {
        try {
            GRAD_MODE.invokeExact(on);
        } catch (Throwable e) {
            throw failure("grad mode", e);
        }
    }

    static void optimizeGraphs(boolean on) {
        try {
            OPTIMIZE.invokeExact(on);
        } catch (Throwable e) {
            throw failure("executor", e);
        }
    }

    static void backward(long loss, long seed) {
        try {
            BACKWARD.invokeExact(loss, seed, false, false);
        } catch (Throwable e) {
            throw failure("backward", e);
        }
    }

    static void requireGrad(long tensor, boolean on) {
        try {
            REQUIRE_GRAD.invokeExact(tensor, on);
        } catch (Throwable e) {
            throw failure("requireGrad", e);
        }
    }

    /** The gradient's handle, 0 where there is none. */
    static long grad(long tensor) {
        try {
            return (long) GRAD.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("grad", e);
        }
    }

    static void zeroGrad(long tensor) {
        try {
            ZERO_GRAD.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("zeroGrad", e);
        }
    }

    /** The memory of a contiguous CPU tensor below 2 GiB; valid while the tensor lives. */
    static ByteBuffer buffer(long tensor) {
        try {
            return (ByteBuffer) BUFFER.invokeExact(tensor);
        } catch (Throwable e) {
            throw failure("data", e);
        }
    }

    static void emptyGpuCache() {
        try {
            EMPTY_CACHE.invokeExact();
        } catch (Throwable e) {
            throw failure("empty cache", e);
        }
    }

    private static RuntimeException failure(String what, Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return new EngineFailure(what + ": " + cause.getMessage(), cause);
    }
}
