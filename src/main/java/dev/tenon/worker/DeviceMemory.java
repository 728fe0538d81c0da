package dev.tenon.worker;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How many bytes one job may use on this worker's device: the GPU's memory, or the machine's. */
final class DeviceMemory {
    private @Nullable Long known;

    long perSlot(String device, int slots) {
        var total = known;
        if (total == null) {
            total = device.equals("cpu") ? host() : gpu().orElseGet(DeviceMemory::host);
            known = total;
        }
        return total / slots;
    }

    private static long host() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    /** Asked of the driver's own tool: loading CUDA into this process only to ask would cost a device context. */
    private static OptionalLong gpu() {
        try {
            var process = new ProcessBuilder("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits")
                    .redirectErrorStream(true)
                    .start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return OptionalLong.empty();
            }
            return text.lines()
                    .map(String::strip)
                    .filter(line -> line.matches("[0-9]+"))
                    .mapToLong(line -> Long.parseLong(line) << 20)
                    .max();
        } catch (IOException absent) {
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }
}
