package dev.tenon.serving.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What else the machine is doing at this moment. */
final class MachineLoad {
    private MachineLoad() {}

    /** Linux's load average of the last minute. */
    static String average() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
