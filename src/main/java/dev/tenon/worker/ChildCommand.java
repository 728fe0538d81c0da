package dev.tenon.worker;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * How to start the training process with the same code that runs here: from class folders, from jars side by side, or
 * from the executable jar. Its environment is made from nothing, so that no credential of ours is in it.
 */
@Component
class ChildCommand {
    private static final String JAR_LAUNCHER = "org.springframework.boot.loader.launch.PropertiesLauncher";
    private static final List<String> PASSED_ON =
            List.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "OMP_NUM_THREADS");
    private static final List<String> PASSED_ON_BY_PREFIX = List.of("CUDA_", "NVIDIA_", "PYTORCH_", "DJL_");

    private final WorkerSettings settings;

    ChildCommand(WorkerSettings settings) {
        this.settings = settings;
    }

    ProcessBuilder phase(String phase, Path folder) {
        var classPath = System.getProperty("java.class.path");
        boolean executableJar = executableJar(classPath);
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + settings.childHeap());
        command.add("-XX:+UseSerialGC");
        command.add("-XX:ErrorFile=" + folder.resolve("crash-%p.log"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Dfile.encoding=UTF-8");
        command.add("-Dtenon.cache=" + settings.cache());
        if (executableJar) {
            command.add("-Dloader.main=" + settings.childMain());
        }
        command.add(executableJar ? JAR_LAUNCHER : settings.childMain());
        command.add(phase);
        command.add(folder.toString());
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(System.getenv()));
        // by the environment and not as an argument: a class path may be longer than an argument may be
        builder.environment().put("CLASSPATH", absolute(classPath));
        return builder;
    }

    private Map<String, String> environment(Map<String, String> ours) {
        var theirs = new HashMap<String, String>();
        ours.forEach((name, value) -> {
            if (PASSED_ON.contains(name) || PASSED_ON_BY_PREFIX.stream().anyMatch(name::startsWith)) {
                theirs.put(name, value);
            }
        });
        var djlCache = System.getProperty("DJL_CACHE_DIR");
        if (djlCache != null) {
            theirs.put("DJL_CACHE_DIR", djlCache);
        }
        theirs.putIfAbsent("DJL_CACHE_DIR", settings.cache().resolve("djl").toString());
        // the child must never call home: everything it needs is on this machine
        theirs.put("DJL_OFFLINE", "true");
        theirs.put("OPT_OUT_TRACKING", "true");
        return theirs;
    }

    private static boolean executableJar(String classPath) {
        var self = String.valueOf(ChildCommand.class.getResource("ChildCommand.class"));
        return !classPath.contains(File.pathSeparator) && classPath.endsWith(".jar") && self.contains("BOOT-INF");
    }

    /** Relative entries would mean something else in the child's working directory. */
    private static String absolute(String classPath) {
        var entries = new ArrayList<String>();
        for (var entry : classPath.split(File.pathSeparator)) {
            entries.add(
                    entry.endsWith("*")
                            ? entry
                            : Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
