package dev.tenon.boot.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The server process that {@code postmaster.pid} names: its process id and whether it is really the one of this data. */
record Postmaster(long pid, Path data) {

    static Optional<Postmaster> of(Path data) throws IOException {
        var file = file(data);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var lines = Files.readAllLines(file);
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(new Postmaster(Long.parseLong(lines.getFirst().strip()), data));
    }

    static Path file(Path data) {
        return data.resolve("postmaster.pid");
    }

    /** Process ids are reused: only a living process that works in our data folder (or names it) is ours. */
    boolean isOurs() {
        var process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return false;
        }
        try {
            var folder = Path.of("/proc", Long.toString(pid), "cwd");
            if (Files.exists(folder)) {
                return Files.isSameFile(folder, data);
            }
        } catch (IOException unreadable) {
            // another user's process, or no /proc: the command line decides
        }
        return process.get().info().commandLine().orElse("").contains(data.toString());
    }
}
