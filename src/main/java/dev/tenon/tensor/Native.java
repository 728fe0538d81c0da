package dev.tenon.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Objects;

/** The only door to DJL: the engine, its manager without bookkeeping, and the settings of each thread. */
final class Native {
    private static final ThreadLocal<Boolean> READY = ThreadLocal.withInitial(() -> {
        var engine = Holder.ENGINE; // loads the native library first
        // Autograd and the re-specialising executor are per-thread settings of libtorch; both start switched on.
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        return engine != null;
    });

    private Native() {}

    /** DJL's system manager: arrays made with it are owned by nobody but our {@link Scope}. */
    static PtNDManager manager() {
        READY.get();
        return Holder.MANAGER;
    }

    static void gradients(boolean recorded) {
        READY.get();
        JniUtils.setGradMode(recorded);
    }

    static int gpus() {
        return Holder.ENGINE.getGpuCount();
    }

    static ai.djl.Device djl(Device device) {
        return device.isGpu() ? ai.djl.Device.gpu(device.index()) : ai.djl.Device.cpu();
    }

    static Device device(PtNDArray array) {
        var device = array.getDevice();
        return device.isGpu() ? Device.cuda(device.getDeviceId()) : Device.cpu();
    }

    static String version() {
        return Holder.ENGINE.getVersion();
    }

    private static final class Holder {
        static final Engine ENGINE = Objects.requireNonNull(Engine.getEngine("PyTorch"));
        static final PtNDManager MANAGER =
                (PtNDManager) ENGINE.newBaseManager(ai.djl.Device.cpu()).getParentManager();
    }
}
