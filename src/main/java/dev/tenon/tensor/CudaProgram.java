package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Kernels of our own for CUDA cards, {@code kernels/cuda/*.cu}. They are compiled when they are first wanted, to what every
 * card understands that knows bfloat16, or to what those do on which a kernel may begin while the one before it ends; the driver
 * makes the rest of it.
 */
public final class CudaProgram {
    private static final String TARGET = "--gpu-architecture=compute_";
    private static final int ANY = 80;
    private static final int OVERLAPPING = 90;

    /** The driver's numbers: the first digit of a card's capability, and the attribute of a launch that lets it begin early. */
    private static final int CAPABILITY = 75;

    private static final int BEGIN_EARLY = 6;

    /** {@code CUlaunchConfig}: blocks and threads of three dimensions and bytes shared by a block, stream, attributes, count. */
    private static final long CONFIG = 56;

    private static final long STREAM = 32;
    private static final long ATTRIBUTES = 40;
    private static final long COUNT = 48;

    /** {@code CUlaunchAttribute}: what it is, and a value. */
    private static final long ATTRIBUTE = 72;

    private static final long VALUE = 8;

    private static final FunctionDescriptor LAUNCH =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final Pattern INCLUDE = Pattern.compile("#include \"(.+?)\"");
    private static final Map<String, Optional<CudaProgram>> LOADED = new ConcurrentHashMap<>();

    private final SymbolLookup driver;
    private final boolean overlapping;
    private final MemorySegment module;
    private final NativeFunction launch;
    private final Map<String, MemorySegment> functions = new ConcurrentHashMap<>();

    private CudaProgram(byte[] ptx, boolean overlapping) {
        driver = driver();
        this.overlapping = overlapping;
        launch = NativeFunction.of(driver, "cuLaunchKernelEx", LAUNCH);
        try (Arena arena = Arena.ofConfined()) {
            var made = arena.allocate(ADDRESS);
            NativeFunction.of(driver, "cuModuleLoadData", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))
                    .check(made, arena.allocateFrom(JAVA_BYTE, ptx));
            module = made.get(ADDRESS, 0);
        }
    }

    /**
     * The kernels of a file for tensors of a type, float32 or bfloat16; null where they cannot be had, for which the log has
     * the reason.
     *
     * @param numbers that the file leaves open, by name
     */
    public static @Nullable CudaProgram load(String name, DType type, Device device, Map<String, Integer> numbers) {
        if (!Recording.isPossible(device) || type != DType.F32 && type != DType.BF16) {
            return null;
        }
        var options = new ArrayList<String>();
        if (type == DType.BF16) {
            options.add("-DBFLOAT16");
        }
        new TreeMap<>(numbers).forEach((what, number) -> options.add("-D" + what + "=" + number));
        return LOADED.computeIfAbsent(name + " " + options, any -> compile(name, options, device))
                .orElse(null);
    }

    private static Optional<CudaProgram> compile(String name, List<String> options, Device device) {
        String text = source(name + ".cu");
        try {
            boolean overlapping = capability(device) * 10 >= OVERLAPPING;
            var all = new ArrayList<>(options);
            all.add(TARGET + (overlapping ? OVERLAPPING : ANY));
            byte[] ptx = Nvrtc.find().compile(text, name + ".cu", headers(text), all);
            return Optional.of(new CudaProgram(ptx, overlapping));
        } catch (EngineFailure | NoSuchElementException | IllegalArgumentException e) {
            System.getLogger(CudaProgram.class.getName())
                    .log(System.Logger.Level.WARNING, "kernels/cuda/" + name + ".cu is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static SymbolLookup driver() {
        return SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
    }

    private static int capability(Device device) {
        try (Arena arena = Arena.ofConfined()) {
            var major = arena.allocate(JAVA_INT);
            NativeFunction.of(
                            driver(),
                            "cuDeviceGetAttribute",
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
                    .check(major, CAPABILITY, device.index());
            return major.get(JAVA_INT, 0);
        }
    }

    /** The files that a text includes, by name. */
    private static Map<String, String> headers(String text) {
        return INCLUDE.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toMap(name -> name, CudaProgram::source));
    }

    private static String source(String name) {
        try (var text = CudaProgram.class.getResourceAsStream("/kernels/cuda/" + name)) {
            return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a kernel on what this thread computes on.
     *
     * @param blocks along the first dimension, with {@code rows} along the second
     * @param arguments tensors (their first element's address), {@code Integer}, {@code Long} (addresses
     *     too), {@code Float}, and structures of nothing but the one or the other as arrays
     */
    public void launch(Device device, String function, int blocks, int rows, int threads, Object... arguments) {
        var stream = Objects.requireNonNull(CudaCalls.found()).rawCurrentStream(device.index());
        try (Arena arena = Arena.ofConfined()) {
            var pointers = arena.allocate(ADDRESS, arguments.length);
            for (int i = 0; i < arguments.length; i++) {
                pointers.setAtIndex(ADDRESS, i, argument(arena, arguments[i]));
            }
            launch.check(
                    config(arena, stream, blocks, rows, threads),
                    functions.computeIfAbsent(function, this::find),
                    pointers,
                    MemorySegment.NULL);
        }
    }

    private MemorySegment config(Arena arena, MemorySegment stream, int blocks, int rows, int threads) {
        var config = arena.allocate(CONFIG, Long.BYTES);
        int[] numbers = {blocks, rows, 1, threads, 1, 1, 0};
        MemorySegment.copy(numbers, 0, config, JAVA_INT, 0, numbers.length);
        config.set(ADDRESS, STREAM, stream);
        if (overlapping) {
            var early = arena.allocate(ATTRIBUTE, Long.BYTES);
            early.set(JAVA_INT, 0, BEGIN_EARLY);
            early.set(JAVA_INT, VALUE, 1);
            config.set(ADDRESS, ATTRIBUTES, early);
            config.set(JAVA_INT, COUNT, 1);
        }
        return config;
    }

    private static MemorySegment argument(Arena arena, Object argument) {
        return switch (argument) {
            case Tensor tensor -> arena.allocateFrom(JAVA_LONG, tensor.address());
            case Integer number -> arena.allocateFrom(JAVA_INT, number);
            case Long number -> arena.allocateFrom(JAVA_LONG, number);
            case Float number -> arena.allocateFrom(JAVA_FLOAT, number);
            case long[] struct -> arena.allocateFrom(JAVA_LONG, struct);
            case int[] struct -> arena.allocateFrom(JAVA_INT, struct);
            default -> throw new IllegalArgumentException("a CUDA kernel takes no " + argument.getClass());
        };
    }

    private MemorySegment find(String function) {
        try (Arena arena = Arena.ofConfined()) {
            var found = arena.allocate(ADDRESS);
            NativeFunction.of(driver, "cuModuleGetFunction", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS))
                    .check(found, module, arena.allocateFrom(function));
            return found.get(ADDRESS, 0);
        }
    }
}
