package dev.tenon.web;

import dev.tenon.Tenon;
import dev.tenon.TenonContext;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The product as people start it: its own PostgreSQL in an empty home, one fixed port, and it can be restarted. */
final class RunningTenon implements AutoCloseable {
    static final String KEY = TenonContext.ADMIN_KEY;

    private final Path home;
    private final int port;
    private ConfigurableApplicationContext application;

    private RunningTenon(Path home, int port) {
        this.home = home;
        this.port = port;
        this.application = run();
    }

    static RunningTenon start() throws IOException {
        var homes = Files.createDirectories(Path.of("target", "test-homes").toAbsolutePath());
        return new RunningTenon(Files.createTempDirectory(homes, "web-"), freePort());
    }

    String address() {
        return "http://localhost:" + port;
    }

    int port() {
        return port;
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    void stop() {
        application.close();
    }

    void startAgain() {
        application = run();
    }

    private ConfigurableApplicationContext run() {
        return SpringApplication.run(
                Tenon.class,
                "--server.port=" + port,
                "--tenon.home=" + home,
                "--tenon.sample=false",
                "--tenon.device=cpu",
                "--tenon.bootstrap-api-key=" + KEY);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        application.close();
    }
}
