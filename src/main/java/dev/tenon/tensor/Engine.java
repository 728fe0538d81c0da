package dev.tenon.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts libtorch: unpacks its natives once into a cache directory and sets threads. Nothing is ever downloaded. */
public final class Engine {
    /** What libtorch for CPUs takes on disk once unpacked, for the progress shown at the first start. */
    private static final long UNPACKED_BYTES = 445L << 20;

    private static volatile boolean started;
    private static @Nullable Boolean gpu;

    private Engine() {}

    /** Hears a line now and then while the engine starts. */
    @FunctionalInterface
    public interface ProgressListener {
        void progress(String message);
    }

    /**
     * Loads libtorch, from {@code PYTORCH_LIBRARY_PATH} if set and otherwise unpacked below {@code cacheDirectory}, and
     * all kernels. Later calls only set the threads.
     *
     * @param threads threads that one operation may use on the CPU; 0 leaves libtorch's choice
     */
    public static void start(Path cacheDirectory, int threads, ProgressListener listener) {
        synchronized (Engine.class) {
            if (!started) {
                String cache = cacheDirectory.toAbsolutePath().toString();
                if (System.getenv("DJL_CACHE_DIR") == null) {
                    set("DJL_CACHE_DIR", cache);
                }
                set("ENGINE_CACHE_DIR", System.getenv().getOrDefault("DJL_CACHE_DIR", cache));
                open(threads, cacheDirectory, listener);
            } else if (threads > 0) {
                ai.djl.pytorch.jni.JniUtils.setNumThreads(threads);
            }
        }
        Kernels.load(); // outside the lock, which the loading itself takes
    }

    /** Starts with DJL's default cache directory where nobody called {@link #start}: tests and offline tools. */
    static synchronized void ensureStarted() {
        if (!started) {
            String home = System.getProperty(
                    "DJL_CACHE_DIR",
                    System.getenv().getOrDefault("DJL_CACHE_DIR", System.getProperty("user.home") + "/.djl.ai"));
            open(0, Path.of(home), message -> {});
        }
    }

    private static void open(int threads, Path cache, ProgressListener listener) {
        ThreadWaiting.sleep();
        set("ai.djl.offline", "true");
        set("OPT_OUT_TRACKING", "true");
        set("ai.djl.pytorch.graph_optimizer", "false");
        set("ai.djl.pytorch.num_interop_threads", "1");
        if (threads > 0) {
            set("ai.djl.pytorch.num_threads", Integer.toString(threads));
        }
        var watch = new Unpacking(cache, listener);
        try {
            ai.djl.engine.Engine.getEngine("PyTorch");
        } catch (RuntimeException e) {
            throw new EngineFailure(
                    "libtorch could not be loaded from " + cache + ": " + e.getMessage()
                            + ". Check that the platform's pytorch-native jar is on the class path, or that "
                            + "PYTORCH_LIBRARY_PATH, PYTORCH_VERSION and PYTORCH_FLAVOR name an installed libtorch",
                    e);
        } finally {
            watch.close();
        }
        started = true;
    }

    private static void set(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    static boolean isStarted() {
        return started;
    }

    /** libtorch's version, for reports. */
    public static String version() {
        ensureStarted();
        return "libtorch " + ai.djl.engine.Engine.getEngine("PyTorch").getVersion();
    }

    /** Whether libtorch sees a CUDA card that it can compute on. */
    public static synchronized boolean hasGpu() {
        ensureStarted();
        Boolean known = gpu;
        if (known == null) {
            known = ai.djl.engine.Engine.getEngine("PyTorch").hasCapability("CUDA");
            gpu = known;
        }
        return known;
    }

    /** Seeds libtorch's own generators (dropout); {@link Tensors#randn} takes its own random source. */
    public static void seed(long seed) {
        ensureStarted();
        ai.djl.pytorch.jni.JniUtils.setSeed(seed);
    }

    /** Threads that one operation on this thread may use on the CPU. */
    public static int threads() {
        ensureStarted();
        return ai.djl.pytorch.jni.JniUtils.getNumThreads();
    }

    /**
     * Sets how many threads one operation on this thread may use on the CPU. A thread that has never computed takes the
     * last number that was set on any.
     */
    public static void useThreads(int threads) {
        ensureStarted();
        ai.djl.pytorch.jni.JniUtils.setNumThreads(threads);
    }

    /**
     * Lets this thread, and those that libtorch starts for it, step back behind others that want the same processor, by so
     * many of Linux's 19 steps; five leave a quarter of it, ten a tenth. It cannot be taken back.
     */
    public static void stepBack(int steps) {
        StepBack.by(steps);
    }

    /** Returns cached GPU memory to the driver. */
    public static void releaseCachedMemory() {
        if (hasGpu()) {
            Glue.emptyGpuCache();
        }
    }

    /** Reports the growth of the cache directory while DJL unpacks into it. */
    private static final class Unpacking implements AutoCloseable {
        private final Thread thread;

        Unpacking(Path cache, ProgressListener listener) {
            thread = Thread.ofPlatform().daemon().name("engine-unpacking").unstarted(() -> watch(cache, listener));
            thread.start();
        }

        private static void watch(Path cache, ProgressListener listener) {
            long before = size(cache);
            try {
                while (true) {
                    Thread.sleep(500);
                    long grown = size(cache) - before;
                    if (grown > 1 << 20) {
                        listener.progress(
                                "Unpacking libtorch: %d of about %d MB".formatted(grown >> 20, UNPACKED_BYTES >> 20));
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static long size(Path folder) {
            try (Stream<Path> files = Files.walk(folder)) {
                return files.mapToLong(file -> file.toFile().length()).sum();
            } catch (IOException | java.io.UncheckedIOException e) {
                return 0; // files move while DJL unpacks; the next look sees them
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
