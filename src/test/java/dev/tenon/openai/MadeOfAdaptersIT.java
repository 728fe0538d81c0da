package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.identity.Tenant;
import dev.tenon.job.TestJobs;
import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.ImportedAdapter;
import dev.tenon.registry.RegistryApi;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A job whose adapter is made of two stored ones, from its request to an answer without them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MadeOfAdaptersIT extends ApiTest {
    private static final String ENCODER = "tenon-encoder-4m";
    private static final Map<String, Object> BOTTLENECK = Map.of("method", "bottleneck", "width", 4);

    @TempDir
    static Path folder;

    @Autowired
    RegistryApi registry;

    @Autowired
    JdbcClient jdbc;

    private String file = "";

    @BeforeAll
    void bringIn() throws Exception {
        send("tone", ENCODER, BOTTLENECK, 1);
        send("place", ENCODER, BOTTLENECK, 2);
        send("ranks", ENCODER, Map.of("rank", 2, "target_modules", List.of("query")), 3);
        send("elsewhere", BASE, BOTTLENECK, 4);
        var rows = new ArrayList<String>();
        for (String thing : List.of("card", "account", "phone", "letter")) {
            rows.add("Where is my %s?,where".formatted(thing));
            rows.add("Please cancel my %s,cancel".formatted(thing));
        }
        var uploaded = api().upload("intents.csv", "fine-tune", "text,label\n" + String.join("\n", rows) + "\n");
        file = ApiClient.json(uploaded).get("id").asString();
    }

    private void send(String name, String base, Map<String, Object> settings, long seed) throws Exception {
        var sent = ImportedAdapter.send(api(), name, ImportedAdapter.write(folder.resolve(name), base, settings, seed));
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(200);
    }

    private String job(String sources) {
        return """
                {"model": "%s", "training_file": "%s", "validation_file": "%s", "suffix": "scaled", "seed": 1,
                 "adapter": {"method": "scalearn", "sources": %s},
                 "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 4, "batch_size": 8}}}}
                """.formatted(ENCODER, file, file, sources);
    }

    @Test
    void answersWithoutWhatItWasMadeOf() throws Exception {
        var created = api().post("/v1/fine_tuning/jobs", job("[\"tone\", \"place@1\"]"));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        String id = ApiClient.json(created).get("id").asString();
        JsonNode job = ended("/v1/fine_tuning/jobs/" + id);
        assertThat(job.get("status").asString()).as(job.toString()).isEqualTo("succeeded");

        var version = ApiClient.json(api().get("/api/v1/adapters/scaled/versions"))
                .get("data")
                .get(0);
        assertThat(version.get("method").asString()).isEqualTo("scalearn");
        var lineage = version.get("lineage");
        assertThat(lineage.at("/config/sources").toString()).isEqualTo("[\"tone@1\",\"place@1\"]");
        assertThat(lineage.at("/sources/0/model").asString()).isEqualTo("tone@1");
        assertThat(lineage.at("/sources/1/digest").asString()).hasSize(64);
        assertThat(version.at("/proof/probe_max_logit_change").asDouble()).isPositive();

        assertThat(api().delete("/v1/models/tone@1").statusCode()).isEqualTo(200);
        var answer = api().post("/api/v1/classify", """
                {"model": "scaled", "input": ["Where is my card?"]}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(ApiClient.json(answer).at("/data/0/labels").size()).isEqualTo(2);
        send("tone", ENCODER, BOTTLENECK, 1);
    }

    @Test
    void refusesSourcesNamingTheField() throws Exception {
        refused("[\"nobody\", \"place\"]", "adapter.sources[0]", "source_not_found");
        refused("[\"place\", \"place@1\"]", "adapter.sources[1]", "invalid_value");
        refused("[\"place\", \"%s\"]".formatted(ENCODER), "adapter.sources[1]", "not_an_adapter");
        refused("[\"place\", \"elsewhere\"]", "adapter.sources[1]", "different_base");
        refused("[\"ranks\", \"place\"]", "adapter.sources[0]", "unfitting_source");
        refused("[\"place\"]", "adapter.sources", "invalid_value");
        refused("\"place\"", "adapter.sources", "invalid_value");
    }

    /** Another organisation's adapter does not exist, under whatever name. */
    @Test
    void anotherOrganisationsAdapterIsNotThere() throws Exception {
        var stranger = new Tenant(new TestJobs(jdbc).organisation(), "user_2", Tenant.Access.ADMIN);
        var theirs = ImportedAdapter.write(folder.resolve("theirs"), ENCODER, BOTTLENECK, 5);
        String minted = registry.importDirectory(stranger, "theirs", ENCODER, theirs.toAbsolutePath())
                .modelId();
        for (String name : List.of("theirs", "theirs@1", minted)) {
            refused("[\"place\", \"%s\"]".formatted(name), "adapter.sources[1]", "source_not_found");
        }
    }

    private void refused(String sources, String param, String code) throws Exception {
        var answer = api().post("/v1/fine_tuning/jobs", job(sources));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(ApiClient.error(answer).get("param").asString()).isEqualTo(param);
        assertThat(ApiClient.error(answer).get("code").asString()).isEqualTo(code);
        assertThat(ApiClient.error(answer).get("message").asString()).contains(param);
    }
}
