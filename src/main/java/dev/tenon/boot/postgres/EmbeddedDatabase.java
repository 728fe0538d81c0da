package dev.tenon.boot.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/** The product's own database in {@code tenon.home}: lock, server, roles; closing it stops the server. */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final String NAME = "tenon";
    private static final Map<String, String> DURABLE = Map.of(
            "fsync", "on",
            "synchronous_commit", "on",
            "full_page_writes", "on",
            "logging_collector", "on",
            "log_directory", "../log",
            "log_filename", "postgres-%a.log",
            "log_truncate_on_rotation", "on",
            "log_rotation_age", "1d",
            "log_rotation_size", "0");

    private final HomeLock lock;
    private final PostgresCluster cluster;
    private final DatabaseRoles.Logins logins;

    private EmbeddedDatabase(HomeLock lock, PostgresCluster cluster, DatabaseRoles.Logins logins) {
        this.lock = lock;
        this.cluster = cluster;
        this.logins = logins;
    }

    /** Starts the database of this home. */
    public static EmbeddedDatabase start(Path home) throws IOException, SQLException {
        var lock = HomeLock.take(home);
        try {
            var folder = home.resolve("postgres");
            var cluster =
                    PostgresCluster.start(folder, PostgresBinaries.unpackInto(folder.resolve("programs")), DURABLE);
            try {
                return new EmbeddedDatabase(lock, cluster, DatabaseRoles.prepare(cluster, NAME));
            } catch (SQLException | RuntimeException e) {
                cluster.close();
                throw e;
            }
        } catch (IOException | SQLException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    DatabaseLogin owner() {
        return logins.owner();
    }

    DatabaseLogin application() {
        return logins.application();
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            cluster.close();
        }
    }
}
