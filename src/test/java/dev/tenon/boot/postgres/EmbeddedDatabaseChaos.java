package dev.tenon.boot.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded database survives a killed process, stops with a stopped one, and is never opened twice. */
class EmbeddedDatabaseChaos {
    /** An ended process stays visible until its new parent has taken note of it. */
    private static final Duration REAPED = Duration.ofSeconds(30);

    @TempDir
    Path home;

    private Process victim;

    @AfterEach
    void end() throws Exception {
        if (victim != null && victim.isAlive()) {
            victim.destroy();
            victim.waitFor(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void afterAKillTheNextStartStopsTheOrphanAndFindsEveryCommittedRow() throws Exception {
        start();
        var orphan = server();
        victim.destroyForcibly().waitFor();
        assertThat(orphan.isAlive()).as("PostgreSQL outlives its killed parent").isTrue();
        try (var database = EmbeddedDatabase.start(home)) {
            assertThat(orphan.onExit()).succeedsWithin(REAPED);
            write(database, "create table kept (text text)", "insert into kept values ('committed')");
        }
        start();
        victim.destroyForcibly().waitFor();
        try (var database = EmbeddedDatabase.start(home)) {
            assertThat(read(database, "select text from kept")).isEqualTo("committed");
        }
    }

    @Test
    void aTerminatedProcessLeavesNoServer() throws Exception {
        start();
        var server = server();
        victim.destroy(); // SIGTERM
        assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.onExit()).succeedsWithin(REAPED);
        assertThat(Postmaster.file(data())).doesNotExist();
    }

    @Test
    void aSecondProcessOnTheSameHomeIsRefusedByName() throws Exception {
        start();
        assertThatThrownBy(() -> EmbeddedDatabase.start(home))
                .isInstanceOf(HomeInUse.class)
                .hasMessageContaining("process " + victim.pid())
                .hasMessageContaining(home.toString())
                .hasMessageContaining("tenon.home");
    }

    @Test
    void aProcessIdThatBelongsToAStrangerByNowIsNoObstacle() throws Exception {
        EmbeddedDatabase.start(home).close();
        Files.writeString(
                Postmaster.file(data()), ProcessHandle.current().pid() + "\n" + data() + "\n0\n5432\n\n127.0.0.1\n");
        try (var database = EmbeddedDatabase.start(home)) {
            assertThat(read(database, "select 'up'")).isEqualTo("up");
        }
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    @Test
    void theApplicationsRoleCannotChangeATableAndPasswordsArePrivate() throws Exception {
        try (var database = EmbeddedDatabase.start(home)) {
            write(database, "create table rows (text text)");
            assertThatThrownBy(() -> {
                        try (var connection = database.application().connect();
                                var statement = connection.createStatement()) {
                            statement.execute("drop table rows");
                        }
                    })
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("must be owner");
            var wrong = new DatabaseLogin(database.application().url(), Credentials.SUPERUSER, "");
            assertThatThrownBy(wrong::connect).isInstanceOf(SQLException.class);
            assertThat(read(database, "show fsync")).isEqualTo("on");
        }
        assertThat(Files.getPosixFilePermissions(home.resolve("postgres/credentials")))
                .hasToString("[OWNER_READ, OWNER_WRITE]");
    }

    private void start() throws Exception {
        victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DatabaseHost.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.equals("ready")) {
            line = output.readLine();
        }
        assertThat(line).as("the database process came up").isEqualTo("ready");
    }

    private Path data() throws Exception {
        return home.toRealPath().resolve("postgres").resolve("data");
    }

    private ProcessHandle server() throws Exception {
        var postmaster = Postmaster.of(data()).orElseThrow();
        assertThat(postmaster.isOurs()).isTrue();
        return ProcessHandle.of(postmaster.pid()).orElseThrow();
    }

    private static void write(EmbeddedDatabase database, String... statements) throws SQLException {
        try (var connection = database.owner().connect();
                var statement = connection.createStatement()) {
            for (var text : statements) {
                statement.execute(text);
            }
        }
    }

    private static String read(EmbeddedDatabase database, String query) throws SQLException {
        try (var connection = database.application().connect();
                var rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
