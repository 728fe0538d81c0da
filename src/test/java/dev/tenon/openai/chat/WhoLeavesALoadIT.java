package dev.tenon.openai.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ImportedAdapter;
import dev.tenon.openai.client.RandomLora;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;

/** Clients that close their connection, or half of it, while the adapter that is to answer is loaded. */
class WhoLeavesALoadIT extends SmallServer {
    @Autowired
    DataSource database;

    @TempDir
    Path disk;

    private String adapter = "";
    private Connection locked;

    @BeforeEach
    void noFileOfTheAdapterCanBeRead(TestInfo test) throws Exception {
        adapter = test.getTestMethod().orElseThrow().getName().toLowerCase(java.util.Locale.ROOT);
        assertThat(ImportedAdapter.send(client(), adapter, RandomLora.write(disk.resolve("lora"), adapter.length()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(chat(BASE, 1).statusCode()).isEqualTo(200);
        locked = database.getConnection();
        locked.setAutoCommit(false);
        locked.createStatement().execute("lock table blob_chunk in access exclusive mode");
    }

    @AfterEach
    void readable() throws Exception {
        locked.rollback();
        locked.close();
    }

    @Test
    void whoeverLeavesBeforeAWholeAnswerGivesTheirPlaceBackAtOnce() throws Exception {
        try (var waits = ask("")) {
            waiting(1);
        }
        waiting(0);
    }

    @Test
    void whoeverLeavesAStreamBeforeItBeganGivesTheirPlaceBackAtOnce() throws Exception {
        try (var waits = ask(",\"stream\":true")) {
            waiting(1);
        }
        waiting(0);
    }

    @Test
    void aStreamIsReadToItsEndByAClientThatOnlyStoppedSending() throws Exception {
        try (var half = ask(",\"stream\":true")) {
            waiting(1);
            half.shutdownOutput();
            var answer = new BufferedReader(new InputStreamReader(half.getInputStream(), StandardCharsets.UTF_8));
            for (int pings = 0; pings < 3; pings += answer.readLine().equals(": ping") ? 1 : 0) {}
            locked.rollback();
            assertThat(answer.lines()).contains("data: [DONE]");
        }
        waiting(0);
    }

    private Socket ask(String more) throws Exception {
        var socket = new Socket("localhost", port);
        socket.getOutputStream().write(sized(body(3, more).replace(BASE, adapter)));
        return socket;
    }

    /** So many wait for the adapter. */
    private void waiting(int count) {
        await().atMost(PATIENCE)
                .until(() -> ApiClient.json(client().get("/api/v1/deployments"))
                                .path("data")
                                .valueStream()
                                .filter(one -> one.path("name").asString().startsWith(adapter))
                                .mapToInt(one -> one.path("active_requests").asInt())
                                .sum()
                        == count);
    }
}
