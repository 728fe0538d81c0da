package dev.tenon.tensor;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the TorchScript functions under {@code kernels/*.py}. Arguments by Java type: {@link Tensor}, {@code
 * List<Tensor>} (or {@code Tensor[]}) → {@code List[Tensor]}, {@code Long}/{@code Integer} → {@code int}, {@code
 * Double}/{@code Float} → {@code float}, {@code Boolean} → {@code bool}, {@code long[]} → {@code List[int]}, {@code
 * double[]} → {@code List[float]}, {@link DType} → its number, {@link TensorList} → {@code List[Tensor]}; {@code null} becomes a tensor without elements, as the
 * glue has no None. Autograd records the call when a {@link Tape} is open on this thread.
 */
public final class Kernels {
    private static final boolean PROFILE = Boolean.getBoolean("tenon.kernel-profile");
    private static final Map<String, LongAdder[]> TIMES = new ConcurrentHashMap<>();
    private static final LongAdder CALLS = new LongAdder();
    private static final int CACHED = 1 << 14;
    private static final Map<Object, Long> CONSTANTS = new ConcurrentHashMap<>();

    private Kernels() {}

    /** The module is loaded with the first call. */
    private static final class Module {
        static final long HANDLE = load();
        static final long NOTHING = nothing();

        private static long load() {
            Engine.ensureStarted();
            return KernelArchive.load(KernelArchive.sources());
        }

        private static long nothing() {
            long made = Glue.run(HANDLE, "no_elements", new long[0]);
            return made;
        }
    }

    /** Compiles all kernels now instead of at the first call. */
    static void load() {
        if (Module.NOTHING == 0) {
            throw new EngineFailure("the kernels did not load");
        }
    }

    /** Runs a kernel that returns one tensor, owned by the current scope. */
    public static Tensor call(String name, @Nullable Object... arguments) {
        Scope scope = Scope.current();
        long value = run(true, name, arguments);
        try {
            return new Tensor(Glue.toTensor(value), scope, false);
        } finally {
            Glue.deleteValue(value);
        }
    }

    /** Like {@link #call} for a kernel whose result shares its argument's memory; it counts no bytes. */
    static Tensor view(String name, @Nullable Object... arguments) {
        Scope scope = Scope.current();
        long value = run(true, name, arguments);
        try {
            return new Tensor(Glue.toTensor(value), scope, true);
        } finally {
            Glue.deleteValue(value);
        }
    }

    /** Runs a kernel that returns {@code List[Tensor]}, all owned by the current scope. */
    public static List<Tensor> callList(String name, @Nullable Object... arguments) {
        return tensors(Scope.current(), run(true, name, arguments));
    }

    /** Runs a kernel that returns {@code List[Tensor]} and leaves the list on libtorch's side. */
    public static TensorList hold(String name, @Nullable Object... arguments) {
        ThreadState.current();
        return new TensorList(run(true, name, arguments));
    }

    /** Lists as {@code List[List[Tensor]]}, which stays on libtorch's side. */
    public static TensorList lists(List<TensorList> parts) {
        var all = hold("no_lists");
        for (TensorList part : parts) {
            var longer = hold("with_list", all, part);
            all.close();
            all = longer;
        }
        return all;
    }

    /**
     * Like {@link #call} for what no gradient will ever flow through: libtorch leaves out all it does for gradients,
     * which is a good part of the time that a small operation takes. The result must not be changed in place.
     */
    public static Tensor infer(String name, @Nullable Object... arguments) {
        Scope scope = Scope.current();
        long value = run(false, name, arguments);
        try {
            return new Tensor(Glue.toTensor(value), scope, false);
        } finally {
            Glue.deleteValue(value);
        }
    }

    /** Like {@link #infer} for a kernel that is run for its effect on its arguments; what it returns is dropped. */
    public static void inferNothing(String name, @Nullable Object... arguments) {
        ThreadState.current();
        Glue.deleteValue(run(false, name, arguments));
    }

    /** Like {@link #infer} for a kernel that returns {@code List[Tensor]}. */
    public static List<Tensor> inferList(String name, @Nullable Object... arguments) {
        return tensors(Scope.current(), run(false, name, arguments));
    }

    private static List<Tensor> tensors(Scope scope, long value) {
        try {
            long[] handles = Glue.toTensors(value);
            var tensors = new Tensor[handles.length];
            for (int i = 0; i < handles.length; i++) {
                tensors[i] = new Tensor(handles[i], scope, false);
            }
            return List.of(tensors);
        } finally {
            Glue.deleteValue(value);
        }
    }

    /** Runs a kernel for its effect on its arguments; what it returns is dropped. */
    public static void callNothing(String name, @Nullable Object... arguments) {
        ThreadState.current();
        Glue.deleteValue(run(true, name, arguments));
    }

    private static long run(boolean recording, String name, @Nullable Object[] arguments) {
        long module = Module.HANDLE;
        CALLS.increment();
        var values = new long[arguments.length];
        var owned = new boolean[arguments.length];
        int made = 0;
        long begun = PROFILE ? System.nanoTime() : 0;
        try {
            for (; made < values.length; made++) {
                Object argument = arguments[made];
                values[made] = value(argument);
                owned[made] = !isConstant(argument);
            }
            return recording ? Glue.run(module, name, values) : Glue.infer(module, name, values);
        } finally {
            for (int i = 0; i < made; i++) {
                if (owned[i]) {
                    Glue.deleteValue(values[i]);
                }
            }
            if (PROFILE) {
                record(name, System.nanoTime() - begun);
            }
        }
    }

    private static boolean isConstant(@Nullable Object argument) {
        return argument == null
                || argument instanceof Boolean
                || argument instanceof DType
                || argument instanceof TensorList
                || ((argument instanceof Number) && CONSTANTS.containsKey(argument));
    }

    private static long value(@Nullable Object argument) {
        return switch (argument) {
            case null -> Module.NOTHING;
            case Tensor tensor -> Glue.ofTensor(tensor.handle());
            case TensorList list -> list.value();
            case Boolean flag -> constant(flag);
            case DType type -> constant((long) type.code());
            case Integer number -> constantOrNew(number.longValue(), argument);
            case Long number -> constantOrNew(number, argument);
            case Double number -> constantOrNew(number, argument);
            case Float number -> constantOrNew(number.doubleValue(), argument);
            case long[] numbers -> Glue.ofLongs(numbers);
            case double[] numbers -> Glue.ofDoubles(numbers);
            case Tensor[] tensors -> Glue.ofTensors(handles(List.of(tensors)));
            case List<?> tensors -> Glue.ofTensors(handles(tensors));
            default ->
                throw new IllegalArgumentException(
                        "a kernel takes no " + argument.getClass().getName());
        };
    }

    /** Numbers repeat from step to step, so their boxed native values are kept, up to a bound. */
    private static long constantOrNew(Object number, Object key) {
        Long known = CONSTANTS.get(key);
        if (known != null) {
            return known;
        }
        if (CONSTANTS.size() >= CACHED) {
            return make(number);
        }
        return CONSTANTS.computeIfAbsent(key, any -> make(number));
    }

    private static long constant(Object key) {
        Long known = CONSTANTS.get(key);
        return known != null ? known : CONSTANTS.computeIfAbsent(key, Kernels::make);
    }

    private static long make(Object constant) {
        return switch (constant) {
            case Boolean flag -> Glue.ofBool(flag);
            case Long number -> Glue.ofLong(number);
            case Double number -> Glue.ofDouble(number);
            default -> throw new IllegalArgumentException(constant.toString());
        };
    }

    private static long[] handles(List<?> tensors) {
        var handles = new long[tensors.size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = ((Tensor) tensors.get(i)).handle();
        }
        return handles;
    }

    /** Calls so far, on any thread: what goes on without it growing has libtorch make nothing. */
    public static long calls() {
        return CALLS.sum();
    }

    private static void record(String name, long nanos) {
        LongAdder[] cell = TIMES.computeIfAbsent(name, any -> new LongAdder[] {new LongAdder(), new LongAdder()});
        cell[0].increment();
        cell[1].add(nanos);
    }

    /** Calls and milliseconds by kernel since the last call of this, where {@code tenon.kernel-profile} is set. */
    public static Map<String, double[]> profile() {
        var seen = new java.util.TreeMap<String, double[]>();
        TIMES.forEach((name, cell) ->
                seen.put(name, new double[] {cell[0].sumThenReset(), cell[1].sumThenReset() / 1e6}));
        return seen;
    }
}
