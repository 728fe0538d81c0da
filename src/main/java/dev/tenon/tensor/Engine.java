package dev.tenon.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Starts libtorch once per process, telling a listener while the native library is unpacked. */
public final class Engine {
    /** Hears a line now and then while the engine starts. */
    @FunctionalInterface
    public interface ProgressListener {
        void progress(String message);
    }

    private static boolean started;

    private Engine() {}

    /**
     * Loads the native library (from {@code PYTORCH_LIBRARY_PATH} if set, otherwise unpacked below {@code
     * cacheDirectory}) and all kernels. Later calls only set the threads.
     */
    public static synchronized void start(Path cacheDirectory, int threads, ProgressListener listener) {
        if (!started) {
            System.setProperty("offline", "true");
            if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
                System.setProperty("DJL_CACHE_DIR", cacheDirectory.toString());
            }
            System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
            if (System.getProperty("ai.djl.pytorch.num_interop_threads") == null) {
                System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
            }
            try (var timer = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().factory())) {
                timer.scheduleAtFixedRate(
                        () -> listener.progress("Loading the tensor engine (the first start unpacks about 450 MB) …"),
                        2,
                        3,
                        TimeUnit.SECONDS);
                Native.manager();
                Kernels.load();
                timer.shutdownNow();
            }
            started = true;
        }
        JniUtils.setNumThreads(Math.max(1, threads));
    }

    /** libtorch's version. */
    public static String version() {
        return Native.version();
    }

    /** Seeds libtorch's own generator (dropout); initial weights come from {@link Tensors#randn}. */
    public static void seed(long seed) {
        Native.manager();
        JniUtils.setSeed(seed);
    }
}
