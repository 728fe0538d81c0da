package dev.tenon.bench;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a benchmark runs on, measured in the same process. */
final class Machine {
    private static final int SIDE_ON_CPU = 1536;
    private static final int SIDE_ON_GPU = 8192;
    private static final int ROUNDS = 8;
    private static final int PRODUCTS = 4;

    private Machine() {}

    /**
     * The best rates of a square matrix product, in operations a second (a multiplication and an addition are two).
     *
     * @param byClock of all processors together, by the clock
     * @param byProcessor of one processor, by the time that this process had one; 0 on a GPU
     */
    record ProductRate(double byClock, double byProcessor) {
        ProductRate best(ProductRate other) {
            return new ProductRate(Math.max(byClock, other.byClock), Math.max(byProcessor, other.byProcessor));
        }
    }

    static ProductRate matrixProductRate(Device device, DType type) {
        int side = device.isGpu() ? SIDE_ON_GPU : SIDE_ON_CPU;
        var best = new ProductRate(0, 0);
        try (var scope = Scope.open()) {
            Tensor a = Tensors.randnOn(device, type, 1, side, side);
            Tensor b = Tensors.randnOn(device, type, 1, side, side);
            for (int round = 0; round < ROUNDS; round++) {
                best = best.best(rate(a, b, side));
            }
        }
        return device.isGpu() ? new ProductRate(best.byClock, 0) : best;
    }

    private static ProductRate rate(Tensor a, Tensor b, int side) {
        try (var scope = Scope.open()) {
            finish(a.matmul(b));
            double used = processorMillis();
            long begin = System.nanoTime();
            Tensor last = a;
            for (int i = 0; i < PRODUCTS; i++) {
                last = a.matmul(b);
            }
            finish(last);
            double operations = 2.0 * PRODUCTS * Math.pow(side, 3);
            return new ProductRate(
                    operations / ((System.nanoTime() - begin) / 1e9), operations / ((processorMillis() - used) / 1e3));
        }
    }

    /** Time that all threads of this process have had a processor, which other processes do not lengthen. */
    static double processorMillis() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(used -> used.toNanos() / 1e6)
                .orElse(Double.NaN);
    }

    /** Waits for a result: reading one element waits for the device. */
    private static void finish(Tensor result) {
        result.slice(0, 0, 1).slice(1, 0, 1).item();
    }

    /** Bytes in use: of a GPU's memory what its driver reports, of a CPU's this process's largest resident set. */
    static long peakBytes(Device device) {
        try {
            if (device.isGpu()) {
                String index = Integer.toString(device.index());
                String used =
                        ask("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "-i", index);
                return Long.parseLong(used) << 20;
            }
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return Ledger.peakBytes(device); // without Linux's or NVIDIA's figures, what our own handles held
        }
        return Ledger.peakBytes(device);
    }

    /** Versions and hardware, for a report. */
    static Map<String, Object> versions(Device device) {
        var versions = new LinkedHashMap<String, Object>();
        versions.put("java", System.getProperty("java.version"));
        versions.put("engine", Engine.version());
        versions.put("device", device.toString());
        versions.put("hardware", hardware(device));
        versions.put("processors", Runtime.getRuntime().availableProcessors());
        return versions;
    }

    private static String hardware(Device device) {
        try {
            if (device.isGpu()) {
                String index = Integer.toString(device.index());
                return ask("nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "-i", index);
            }
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
        return System.getProperty("os.arch");
    }

    private static String ask(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            String answer = new String(output.readAllBytes(), StandardCharsets.UTF_8).trim();
            process.waitFor(10, TimeUnit.SECONDS);
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
