package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.files.FilePurpose;
import com.openai.models.uploads.Upload;
import com.openai.models.uploads.UploadCompleteParams;
import com.openai.models.uploads.UploadCreateParams;
import com.openai.models.uploads.parts.PartCreateParams;
import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A file in parts becomes the same file as in one piece, and what is wrong with it is said as exactly. */
class UploadsIT extends ApiTest {
    /** More than one chunk of a part, and no multiple of anything. */
    private static final byte[] FILE =
            String.join("\n", Examples.chat(16_000)).getBytes(StandardCharsets.UTF_8);

    private static final String FILENAME = "; filename=\"x\"";

    @Autowired
    private JdbcClient jdbc;

    @TempDir
    private Path folder;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = OpenAIOkHttpClient.builder()
                .baseUrl("http://localhost:" + port + "/v1")
                .apiKey(TenonContext.ADMIN_KEY)
                .build();
    }

    @Test
    void theOfficialClientJoinsPartsThatCameInAnyOrder() throws Exception {
        var upload = create(FILE.length).validate();
        assertThat(upload.status()).isEqualTo(Upload.Status.PENDING);
        assertThat(upload.file()).isEmpty();
        int cut = FILE.length - 1000;
        // this client sends a stream without a file name
        var second = client.uploads()
                .parts()
                .create(
                        upload.id(),
                        PartCreateParams.builder()
                                .data(new ByteArrayInputStream(FILE, cut, 1000))
                                .build())
                .id();
        var first = part(upload, Arrays.copyOfRange(FILE, 0, cut));
        var md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(FILE));
        var done = client.uploads()
                .complete(
                        upload.id(),
                        UploadCompleteParams.builder()
                                .partIds(List.of(first, second))
                                .md5(md5)
                                .build())
                .validate();
        assertThat(done.status()).isEqualTo(Upload.Status.COMPLETED);
        var file = done.file().orElseThrow();
        assertThat(file.filename()).isEqualTo("parts.jsonl");
        try (var content = client.files().content(file.id())) {
            assertThat(content.body().readAllBytes()).isEqualTo(FILE);
        }
        assertThat(held(upload.id())).isZero();
        refused(
                api().post("/v1/uploads/" + upload.id() + "/cancel", ""),
                "upload_id",
                "Upload '%s' is completed, so it cannot be cancelled: create a new one.".formatted(upload.id()));
    }

    @Test
    void aCancelledUploadHoldsNothing() throws IOException {
        var upload = create(FILE.length);
        part(upload, FILE);
        assertThat(held(upload.id())).isEqualTo(1);
        assertThat(client.uploads().cancel(upload.id()).validate().status()).isEqualTo(Upload.Status.CANCELLED);
        assertThat(held(upload.id())).isZero();
    }

    @Test
    void whatIsWrongWithThePartsIsSaid() throws Exception {
        var upload = create(FILE.length);
        var part = part(upload, FILE);
        var half = part(upload, Arrays.copyOf(FILE, 10));
        refused(
                complete(upload, "\"part_ids\":[\"%s\"]".formatted(half)),
                "part_ids",
                "The parts have 10 bytes together, and the upload was created for %d.".formatted(FILE.length));
        refused(
                complete(upload, "\"part_ids\":[\"part_x\"]"),
                "part_ids",
                "Upload '%s' has no part 'part_x'.".formatted(upload.id()));
        refused(
                complete(upload, "\"part_ids\":[\"%s\",\"%s\"]".formatted(part, part)),
                "part_ids",
                "'part_ids' names a part twice.");
        refused(complete(upload, "\"other\":1"), "part_ids", "Missing required parameter: 'part_ids'.");
        var sum = complete(upload, "\"part_ids\":[\"%s\"],\"md5\":\"%s\"".formatted(part, "0".repeat(32)));
        assertThat(error(sum).path("code").asString()).isEqualTo("checksum_mismatch");
        var nameless = send(upload.id(), FILE, "");
        assertThat(nameless.statusCode()).isEqualTo(413);
        assertThat(error(nameless).path("message").asString()).contains("with a file name");
        var much = send(upload.id(), FILE, FILENAME);
        assertThat(error(much).path("code").asString()).isEqualTo("upload_too_large");
        assertThat(complete(upload, "\"part_ids\":[\"%s\"]".formatted(part)).statusCode())
                .as("nothing of this has harmed the upload")
                .isEqualTo(200);
    }

    @Test
    void aBadFileIsRefusedAsInOnePieceAndTheUploadStays() throws Exception {
        var bad = "{\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]}".getBytes(StandardCharsets.UTF_8);
        var upload = create(bad.length);
        var part = part(upload, bad);
        var answer = complete(upload, "\"part_ids\":[\"%s\"]".formatted(part));
        assertThat(error(answer).path("code").asString()).isEqualTo("invalid_dataset");
        assertThat(error(answer).path("message").asString()).startsWith("parts.jsonl, line 1, messages[0].role:");
        assertThat(held(upload.id())).isEqualTo(1);
    }

    @Test
    void whatCannotBecomeAFileIsRefusedAtOnce() throws Exception {
        for (var bytes : List.of("0", "-1", "536870913", "9223372036854775808", "\"5\"")) {
            var answer = api().post(
                            "/v1/uploads",
                            "{\"filename\":\"a\",\"purpose\":\"batch\",\"mime_type\":\"text/plain\",\"bytes\":%s}"
                                    .formatted(bytes));
            assertThat(answer.statusCode()).as(bytes).isEqualTo(400);
            assertThat(error(answer).path("param").asString()).as(bytes).isEqualTo("bytes");
        }
        refused(
                api().post(
                                "/v1/uploads",
                                "{\"filename\":\"a\",\"purpose\":\"evals\",\"mime_type\":\"text/plain\",\"bytes\":1}"),
                "purpose",
                "'purpose' must be one of assistants, batch, fine-tune, vision, not 'evals'.");
        assertThat(api().post("/v1/uploads/upload_none/complete", "{\"part_ids\":[]}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void anUploadThatIsTooOldTakesNothingMoreAndIsSweptAway() throws Exception {
        var upload = create(FILE.length);
        part(upload, FILE);
        jdbc.sql("update upload set expires_at = now() where id = :id")
                .param("id", upload.id())
                .update();
        var late = send(upload.id(), FILE, FILENAME);
        assertThat(error(late).path("message").asString()).contains("is expired, so it cannot take another part");
        create(1);
        assertThat(held(upload.id())).isZero();
    }

    private Upload create(long bytes) {
        return client.uploads()
                .create(UploadCreateParams.builder()
                        .filename("parts.jsonl")
                        .purpose(FilePurpose.FINE_TUNE)
                        .bytes(bytes)
                        .mimeType("application/jsonl")
                        .build());
    }

    private String part(Upload upload, byte[] bytes) throws IOException {
        var file = Files.write(folder.resolve("part"), bytes);
        return client.uploads()
                .parts()
                .create(
                        upload.id(),
                        PartCreateParams.builder().data(file).build())
                .validate()
                .id();
    }

    /** A part without the client, which would hide the answer in an exception. */
    private HttpResponse<String> send(String upload, byte[] bytes, String name) throws IOException, InterruptedException {
        var head = "--edge\r\nContent-Disposition: form-data; name=\"data\"" + name + "\r\n\r\n";
        var body = BodyPublishers.concat(
                BodyPublishers.ofString(head), BodyPublishers.ofByteArray(bytes), BodyPublishers.ofString("\r\n--edge--\r\n"));
        return api().send(
                        "POST",
                        "/v1/uploads/" + upload + "/parts",
                        body,
                        "Content-Type",
                        "multipart/form-data; boundary=edge");
    }

    private HttpResponse<String> complete(Upload upload, String fields) throws IOException, InterruptedException {
        return api().post("/v1/uploads/" + upload.id() + "/complete", "{" + fields + "}");
    }

    private int held(String upload) {
        return jdbc.sql("select count(*) from upload_part where upload_id = :id")
                .param("id", upload)
                .query(Integer.class)
                .single();
    }

    private static void refused(HttpResponse<String> answer, String param, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(error(answer).path("param").asString()).isEqualTo(param);
        assertThat(error(answer).path("message").asString()).isEqualTo(message);
        assertThat(json(answer).path("error").path("type").asString()).isEqualTo("invalid_request_error");
    }
}
