package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.OutsideProgram;
import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The official client for Node does the whole job with only its base URL changed. */
class OpenAiNodeSdkE2E extends ApiTest {
    private static final Path SOURCE = Path.of("src", "test", "node");
    private static final Duration BOUND = Duration.ofMinutes(5);
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void uploadsTunesChatsStreamsAndDeletes() throws Exception {
        assumeTrue(OutsideProgram.answers("node", "--version"), "Node is not installed, so its SDK cannot be run");
        assumeTrue(OutsideProgram.answers("npm", "--version"), "npm is not installed, so the SDK cannot be fetched");
        var folder = install();
        var report = run(folder);

        assertThat(report.at("/file/status").asString()).isEqualTo("processed");
        assertThat(report.get("content").intValue()).isEqualTo(17);
        assertThat(report.get("filesSeen").values())
                .extracting(JsonNode::asString)
                .doesNotHaveDuplicates()
                .contains(report.at("/file/id").asString());
        assertThat(report.get("created").asString()).isIn("validating_files", "queued", "running");
        assertThat(report.at("/notFound/kind").asString()).isEqualTo("NotFoundError");
        assertThat(report.at("/notFound/code").asString()).isEqualTo("model_not_found");
        assertThat(report.at("/notFound/id").asString()).startsWith("req_");

        var job = report.get("job");
        assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");
        assertThat(job.get("fine_tuned_model").asString()).matches("ft:" + BASE + ":[^:]+:node:.{8}");
        assertThat(job.at("/hyperparameters/n_epochs").intValue()).isEqualTo(1);
        assertThat(job.get("trained_tokens").longValue()).isPositive();
        assertThat(report.get("jobsOfNode").values())
                .extracting(JsonNode::asString)
                .contains(job.get("id").asString());
        assertThat(report.get("events").values()).hasSizeGreaterThan(3).doesNotHaveDuplicates();
        assertThat(report.get("checkpoints").values())
                .isNotEmpty()
                .allMatch(name -> name.asString().contains(":ckpt-step-"));

        var whole = report.get("whole");
        assertThat(whole.get("model")).isEqualTo(job.get("fine_tuned_model"));
        assertThat(report.get("streamed")).isEqualTo(whole.at("/choices/0/message/content"));
        assertThat(report.get("streamFinish")).isEqualTo(whole.at("/choices/0/finish_reason"));
        assertThat(report.get("streamUsage")).isEqualTo(whole.get("usage"));
        assertThat(report.get("models").values())
                .extracting(JsonNode::asString)
                .contains(BASE, job.get("fine_tuned_model").asString());
        assertThat(report.get("retrieved")).isEqualTo(job.get("fine_tuned_model"));
        assertThat(report.at("/deletedModel/deleted").booleanValue()).isTrue();
        assertThat(report.at("/deletedFile/deleted").booleanValue()).isTrue();
    }

    private static Path install() throws IOException, InterruptedException {
        var folder = Files.createDirectories(Path.of("target", "node-e2e"));
        for (var name : List.of("package.json", "package-lock.json", "tenon.mjs")) {
            Files.copy(SOURCE.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        OutsideProgram.run(folder, Map.of(), BOUND, List.of("npm", "ci", "--no-audit", "--no-fund", "--silent"));
        return folder;
    }

    private JsonNode run(Path folder) throws IOException, InterruptedException {
        var environment = Map.of(
                "OPENAI_BASE_URL",
                "http://localhost:" + port + "/v1",
                "OPENAI_API_KEY",
                TenonContext.ADMIN_KEY,
                "TENON_BASE",
                BASE,
                "TENON_LINES",
                JSON.writeValueAsString(Examples.chat(16)));
        return JSON.readTree(OutsideProgram.run(folder, environment, BOUND, List.of("node", "tenon.mjs")));
    }
}
