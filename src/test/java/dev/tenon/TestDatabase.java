package dev.tenon;

import dev.tenon.boot.postgres.DatabaseRoles;
import dev.tenon.boot.postgres.PostgresBinaries;
import dev.tenon.boot.postgres.PostgresCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.util.FileSystemUtils;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The one place where tests get a PostgreSQL: from Testcontainers where a Docker engine answers, otherwise the product's
 * own embedded server. The server is shared by the whole JVM; every {@link #fresh()} is a new, empty database.
 */
public final class TestDatabase {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static @Nullable Server server;

    private TestDatabase() {}

    /** How the tested application reaches its database, and who migrates it. */
    public record Access(String url, String user, String password, String migrator, String migratorPassword) {}

    private interface Server {
        Access create(String database) throws SQLException;
    }

    /** A new empty database of the shared server. */
    public static Access fresh() {
        try {
            return server().create("test_" + COUNT.incrementAndGet());
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("No PostgreSQL for this test", e);
        }
    }

    private static synchronized Server server() throws IOException {
        var running = server;
        if (running == null) {
            running = "false".equals(System.getProperty("tenon.test.docker")) || !dockerAnswers()
                    ? embedded()
                    : container();
            server = running;
        }
        return running;
    }

    private static boolean dockerAnswers() {
        if (!Files.exists(Path.of("/var/run/docker.sock")) && System.getenv("DOCKER_HOST") == null) {
            return false; // the client would try for seconds and fill the log
        }
        return DockerClientFactory.instance().isDockerAvailable();
    }

    private static Server container() {
        var container = new PostgreSQLContainer("postgres:18");
        container.start();
        var base = "jdbc:postgresql://" + container.getHost() + ":" + container.getFirstMappedPort() + "/";
        return database -> {
            try (var connection = DriverManager.getConnection(
                            base + container.getDatabaseName(), container.getUsername(), container.getPassword());
                    var statement = connection.createStatement()) {
                statement.execute("create database " + database);
            }
            return new Access(
                    base + database,
                    container.getUsername(),
                    container.getPassword(),
                    container.getUsername(),
                    container.getPassword());
        };
    }

    private static Server embedded() throws IOException {
        var parent = Path.of("target", "test-postgres").toAbsolutePath();
        var folder = parent.resolve("run-" + ProcessHandle.current().pid());
        var programs = PostgresBinaries.unpackInto(parent.resolve("programs"));
        var cluster = PostgresCluster.start(folder, programs, Map.of("fsync", "off", "max_connections", "300"));
        // Handlers run after every application context is closed, so no test sees its database vanish.
        SpringApplication.getShutdownHandlers().add(() -> {
            cluster.close();
            FileSystemUtils.deleteRecursively(folder.toFile());
        });
        return database -> {
            var logins = DatabaseRoles.prepare(cluster, database);
            return new Access(
                    logins.application().url(),
                    logins.application().user(),
                    logins.application().password(),
                    logins.owner().user(),
                    logins.owner().password());
        };
    }
}
