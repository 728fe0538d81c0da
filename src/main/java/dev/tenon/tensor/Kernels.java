package dev.tenon.tensor;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls the TorchScript functions of {@code kernels/*.py} by name. Arguments may be {@link Tensor}, lists of them,
 * {@code Double}/{@code Float}, {@code Long}/{@code Integer}, {@code Boolean}, {@code long[]} and {@code double[]};
 * results belong to the innermost open {@link Scope}. Inside a {@link Tape} gradients flow through.
 */
public final class Kernels {
    private Kernels() {}

    /** Calls a kernel that returns one tensor. */
    public static Tensor call(String kernel, Object... arguments) {
        try (var result = run(kernel, arguments)) {
            return new Tensor(result.toTensor(Native.manager()));
        }
    }

    /** Calls a kernel that returns a list of tensors. */
    public static List<Tensor> callList(String kernel, Object... arguments) {
        try (var result = run(kernel, arguments)) {
            var tensors = new ArrayList<Tensor>();
            for (PtNDArray array : result.toTensorArray(Native.manager())) {
                tensors.add(new Tensor(array));
            }
            return tensors;
        }
    }

    /** Calls a kernel for its effect, such as an optimiser step that changes its arguments in place. */
    public static void callNothing(String kernel, Object... arguments) {
        run(kernel, arguments).close();
    }

    /** Calls a kernel that returns a whole number. */
    static long callLong(String kernel, Object... arguments) {
        try (var result = run(kernel, arguments)) {
            return result.toLong();
        }
    }

    /** Compiles all kernels now instead of at the first call. */
    static void load() {
        Native.manager();
        Holder.MODULE.getHandle();
    }

    private static IValue run(String kernel, Object... arguments) {
        Native.manager();
        var values = new IValue[arguments.length];
        var handles = new long[arguments.length];
        try {
            for (int i = 0; i < arguments.length; i++) {
                values[i] = value(arguments[i]);
                handles[i] = values[i].getHandle();
            }
            // "Train mode" only means that DJL leaves libtorch's grad mode alone; Tape sets it.
            long result =
                    (long) Holder.RUN.invokeExact(Holder.MODULE.getHandle().longValue(), kernel, handles, true, false);
            return (IValue) Holder.RESULT.invokeExact(result);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Kernel " + kernel + " failed", e);
        } finally {
            for (var value : values) {
                if (value != null) {
                    value.close();
                }
            }
        }
    }

    private static IValue value(Object argument) {
        return switch (argument) {
            case Tensor tensor -> IValue.from(tensor.array());
            case List<?> list ->
                IValue.listFrom(list.stream().map(t -> ((Tensor) t).array()).toArray(PtNDArray[]::new));
            case Double number -> IValue.from(number.doubleValue());
            case Float number -> IValue.from(number.doubleValue());
            case Long number -> IValue.from(number.longValue());
            case Integer number -> IValue.from(number.longValue());
            case Boolean flag -> IValue.from(flag.booleanValue());
            case long[] numbers -> IValue.listFrom(numbers);
            case double[] numbers -> IValue.listFrom(numbers);
            default -> throw new IllegalArgumentException("A kernel takes no " + argument.getClass());
        };
    }

    private static final class Holder {
        static final PtSymbolBlock MODULE = module();
        static final MethodHandle RUN = run();
        static final MethodHandle RESULT = result();

        private static PtSymbolBlock module() {
            try {
                var archive = new ByteArrayInputStream(KernelArchive.assemble());
                return (PtSymbolBlock) JniUtils.loadModule(Native.manager(), archive, false, false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static MethodHandle result() {
            try {
                return MethodHandles.privateLookupIn(IValue.class, MethodHandles.lookup())
                        .findConstructor(IValue.class, MethodType.methodType(void.class, long.class));
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** DJL's public way to call a method converts scalars to tensors and goes by array names; this is the same entry. */
        private static MethodHandle run() {
            try {
                Class<?> library = Class.forName("ai.djl.pytorch.jni.PyTorchLibrary");
                var lookup = MethodHandles.privateLookupIn(library, MethodHandles.lookup());
                var type = MethodType.methodType(
                        long.class, long.class, String.class, long[].class, boolean.class, boolean.class);
                Object instance =
                        lookup.findStaticGetter(library, "LIB", library).invoke();
                return lookup.findVirtual(library, "moduleRunMethod", type).bindTo(instance);
            } catch (Throwable e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
