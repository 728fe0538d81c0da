package dev.tenon.worker;

import dev.tenon.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** A worker in a process of its own, to be killed. */
final class WorkerProcess {
    private WorkerProcess() {}

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(WorkerTestConfiguration.class)
                .web(WebApplicationType.NONE)
                .properties("spring.main.keep-alive=true")
                .run(arguments);
    }

    /** Starts one on this database; {@code shared} holds the blobs that all workers of the test see. */
    static Process start(TestDatabase.Access database, Path shared, Path home) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                // most of its life is its start
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerProcess.class.getName()));
        command.addAll(properties(database, shared, home));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("worker.log").toFile())
                .start();
    }

    /** The settings of such a worker as arguments. */
    static List<String> properties(TestDatabase.Access database, Path shared, Path home) {
        return List.of(
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.flyway.enabled=false",
                "--tenon.role=worker",
                "--tenon.device=cpu",
                "--tenon.home=" + home,
                "--test.blobs=" + shared,
                "--tenon.worker.child-main=dev.tenon.worker.ScriptedChild",
                "--tenon.worker.child-heap=64m");
    }
}
