package dev.tenon.boot.postgres;

import dev.tenon.boot.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One running PostgreSQL server on a folder of ours, reachable on loopback by password only. It runs in a session of
 * its own, so that Ctrl-C reaches Tenon alone and the server stops last.
 */
public final class PostgresCluster implements AutoCloseable {
    private static final int ATTEMPTS = 3;

    private final Path data;
    private final PostgresProgram programs;
    private final Credentials credentials;
    private final int port;

    private PostgresCluster(Path data, PostgresProgram programs, Credentials credentials, int port) {
        this.data = data;
        this.programs = programs;
        this.credentials = credentials;
        this.port = port;
    }

    /** Starts the server of {@code folder}, after making it or stopping what a killed Tenon left running. */
    public static PostgresCluster start(Path folder, Path binaries, Map<String, String> settings) throws IOException {
        Files.createDirectories(folder);
        var data = folder.toRealPath().resolve("data");
        var programs = new PostgresProgram(binaries, data);
        var credentials = Credentials.of(folder, data);
        if (!Files.isDirectory(data)) {
            initialise(data, programs, credentials);
        }
        stopOrphan(data, programs);
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            configure(data, port, settings);
            try (var waiting = Waiting.on("Starting PostgreSQL")) {
                programs.run(
                        "pg_ctl", List.of("start", "-w", "-t", "120", "-s", "-D", data.toString(), "-l", log(data)));
                return new PostgresCluster(data, programs, credentials, port);
            } catch (IOException failure) {
                if (attempt == ATTEMPTS) { // a taken port is the one failure that another attempt mends
                    throw new IOException("PostgreSQL did not start; its log is " + log(data), failure);
                }
            }
        }
    }

    public DatabaseLogin superuser() {
        return login("postgres", Credentials.SUPERUSER, credentials.superuser());
    }

    /** How the role {@code user} reaches {@code database} here. */
    public DatabaseLogin login(String database, String user, String password) {
        return new DatabaseLogin("jdbc:postgresql://127.0.0.1:" + port + "/" + database, user, password);
    }

    Credentials credentials() {
        return credentials;
    }

    @Override
    public void close() {
        try (var waiting = Waiting.on("Stopping PostgreSQL")) {
            stop(data, programs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Initialises beside the final place, so that a killed first start leaves nothing that looks complete. */
    private static void initialise(Path data, PostgresProgram programs, Credentials credentials) throws IOException {
        var fresh = data.resolveSibling("data.new");
        deleteTree(fresh);
        var password = Files.createTempFile("tenon", ".password");
        try (var waiting = Waiting.on("Making the database")) {
            Credentials.writePrivately(password, credentials.superuser() + "\n");
            programs.run(
                    "initdb",
                    List.of(
                            "--pgdata=" + fresh,
                            "--username=" + Credentials.SUPERUSER,
                            "--pwfile=" + password,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C.UTF-8",
                            "--data-checksums",
                            "--no-instructions"));
            var main = fresh.resolve("postgresql.conf");
            Files.writeString(main, Files.readString(main) + "\ninclude 'tenon.conf'\n");
            Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.delete(password);
        }
    }

    private static void configure(Path data, int port, Map<String, String> settings) throws IOException {
        var lines = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = " + port + "\n"
                + settings.entrySet().stream()
                        .map(setting -> setting.getKey() + " = '" + setting.getValue() + "'\n")
                        .collect(Collectors.joining());
        Files.writeString(data.resolve("tenon.conf"), lines);
    }

    private static void stopOrphan(Path data, PostgresProgram programs) throws IOException {
        var postmaster = Postmaster.of(data);
        if (postmaster.isEmpty()) {
            return;
        }
        if (postmaster.get().isOurs()) {
            try (var waiting = Waiting.on("Stopping the PostgreSQL of a Tenon that was killed")) {
                stop(data, programs);
            }
        } else {
            Files.deleteIfExists(Postmaster.file(data)); // a stranger has that process id by now
        }
    }

    private static void stop(Path data, PostgresProgram programs) throws IOException {
        if (Files.exists(Postmaster.file(data))) {
            programs.run("pg_ctl", List.of("stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", data.toString()));
        }
    }

    private static String log(Path data) {
        return data.resolveSibling("postgres.log").toString();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
