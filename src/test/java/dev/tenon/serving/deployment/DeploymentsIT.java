package dev.tenon.serving.deployment;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenon.Tenon;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.registry.RegistryApi;
import dev.tenon.tensor.Device;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;

/** What is wished is held by every serve replica of a database, told by all of them, and seen by its owner alone. */
class DeploymentsIT extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path disk;

    @Autowired
    private Environment environment;

    @Autowired
    private RegistryApi registry;

    @Autowired
    private DeploymentApi deployments;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void replicasConvergeOnAnAliasAndKeepTheOldVersionWhenTheNewOneFails() throws Exception {
        var owner = owner();
        add(owner, "steady", 121, 0.1);
        add(owner, "steady", 122, 0.1);
        add(owner, "steady", 123, 0); // has no effect, which is refused when it is loaded
        registry.setAlias(owner, "steady", "live", 1);
        var created = api().post("/api/v1/deployments", "{\"model\":\"steady@live\"}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(api().post("/api/v1/deployments", "{\"model\":\"steady@live\"}")
                        .statusCode())
                .isEqualTo(200);
        var path = "/api/v1/deployments/" + json(created).path("id").asString();
        try (var other = secondReplica()) {
            until(path, two("ready", "steady@1"));
            // each replica tells of its memory with its next heartbeat
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(resident("steady@1"))
                            .hasSize(2)
                            .allSatisfy(it -> {
                                assertThat(it.path("pinned").asBoolean()).isTrue();
                                assertThat(it.path("bytes").asLong()).isPositive();
                                assertThat(it.path("active_requests").asInt()).isZero();
                            }));

            registry.setAlias(owner, "steady", "live", 2);
            until(path, two("ready", "steady@2"));
            var kept = error(api().delete("/api/v1/adapters/steady"));
            assertThat(kept.path("code").asString()).isEqualTo("version_in_use");
            assertThat(kept.path("message").asString()).contains("the deployment 'steady@live'", "the alias 'live'");
            var second = fingerprint(api(), "steady@live");
            assertThat(second).isEqualTo(fingerprint(api(), "steady@2"));

            registry.setAlias(owner, "steady", "live", 3);
            var failed = until(path, two("failed", "steady@2"));
            assertThat(failed.path("replicas"))
                    .allSatisfy(on -> assertThat(on.path("reason").asString()).contains("does not change"));
            var elsewhere = ApiClient.admin(
                    ((ServletWebServerApplicationContext) other).getWebServer().getPort());
            assertThat(fingerprint(api(), "steady@live")).isEqualTo(second);
            assertThat(error(chat(elsewhere, "steady@3")).path("code").asString())
                    .isEqualTo("adapter_without_effect");
            assertThat(resident("steady@3"))
                    .anySatisfy(it -> assertThat(it.path("state").asString()).isEqualTo("failed"));
            assertThat(events())
                    .contains("pinned", "loading", "ready", "deployed", "failed", "deploy_failed", "swap_failed");

            registry.setAlias(owner, "steady", "live", 1);
            until(path, two("ready", "steady@1"));
        }
        // whoever leaves in good order is gone at once
        assertThat(json(api().get("/api/v1/deployments")).path("replicas")).hasSize(1);
        assertThat(api().delete(path).statusCode()).isEqualTo(200);
        assertThat(api().get(path).statusCode()).isEqualTo(404);
        await().atMost(PATIENCE)
                .until(() -> resident("steady@1").stream()
                        .noneMatch(it -> it.path("pinned").asBoolean()));
    }

    @Test
    void theDatabasesClockDecidesWhoIsDead() throws Exception {
        jdbc.sql("insert into serve_replica (id, host, device, beat_at) values ('r_late', 'late', 'cpu', now()),"
                        + " ('r_dead', 'dead', 'cpu', now() - interval '16 seconds')")
                .update();
        for (var id : List.of("r_late", "r_dead")) {
            jdbc.sql("""
                            insert into serve_resident (replica_id, org_id, kind, digest, name, base_model, state, bytes,
                                active_requests, pinned, since)
                            values (:id, '', 'encoder', 'd', :id, :id, 'ready', 1, 0, false, now())
                            """).param("id", id).update();
        }
        assertThat(resident("r_late")).hasSize(1);
        assertThat(resident("r_dead")).isEmpty();
        // with its last breath a replica is told from one that never was
        await().atMost(PATIENCE).until(() -> events().contains("replica_lost"));
        assertThat(jdbc.sql("select count(*) from serve_resident where replica_id = 'r_dead'")
                        .query(Long.class)
                        .single())
                .isZero();
        jdbc.sql("delete from serve_replica where id = 'r_late'").update();
    }

    @Test
    void residentEncodersAreTold() throws Exception {
        api().post("/api/v1/classify", "{\"model\":\"tenon-encoder-4m\",\"input\":\"Good morning\"}");
        var chat = chat(api(), "tenon-encoder-4m");
        assertThat(chat.statusCode()).as(chat.body()).isEqualTo(400);
        assertThat(error(chat).path("code").asString()).isEqualTo("not_generative");
        // and what was refused is no base that failed
        assertThat(resident("tenon-encoder-4m"))
                .singleElement()
                .satisfies(it -> assertThat(it.path("kind").asString()).isEqualTo("encoder"));
    }

    @Test
    void anotherOrganisationSeesNothingOfIt() throws Exception {
        var owner = owner();
        add(owner, "private", 131, 0.1);
        var wish = deployments.add(owner, "private", Mode.SEPARATE).deployment();
        assertThat(wish.model()).isEqualTo("private@latest");
        await().atMost(PATIENCE).until(() -> !resident("private@1").isEmpty());
        jdbc.sql("insert into organisation (id, name) values ('org_other', 'Others') on conflict do nothing")
                .update();
        var other = new Tenant("org_other", "user_other", Tenant.Access.ADMIN);
        assertThat(deployments.deployments(other)).isEmpty();
        assertThat(deployments.replicas(other))
                .flatExtracting(Replica::residences)
                .extracting(Residence::kind)
                .doesNotContain(Residence.Kind.ADAPTER, Residence.Kind.ENCODER_ADAPTER);
        assertThat(deployments.events(other, 0, 500))
                .noneMatch(event -> event.model().startsWith("private"));
        assertThatThrownBy(() -> deployments.remove(other, wish.id()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
        assertThatThrownBy(() -> deployments.add(other, "private", Mode.SEPARATE))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
        deployments.remove(owner, wish.id());
    }

    @Test
    void namesForEqualContentsAreListedEachWithTheSameMemory() throws Exception {
        var owner = owner();
        for (var name : List.of("twin-one", "twin-two")) {
            add(owner, name, 141, 0.1);
        }
        assertThat(fingerprint(api(), "twin-one")).isEqualTo(fingerprint(api(), "twin-two@1"));
        var first = resident("twin-one@1");
        assertThat(first).hasSize(1);
        assertThat(resident("twin-two@1"))
                .singleElement()
                .satisfies(it ->
                        assertThat(it.path("digest")).isEqualTo(first.getFirst().path("digest")));
        for (var name : List.of("twin-one", "twin-two@1")) {
            assertThat(json(api().get("/v1/models/" + name)).path("resident"))
                    .singleElement()
                    .satisfies(it -> {
                        assertThat(it.path("kind").asString()).isEqualTo("adapter");
                        assertThat(it.path("state").asString()).isEqualTo("ready");
                        assertThat(it.path("replica").asString()).isNotBlank();
                        assertThat(it.path("bytes").asLong()).isPositive();
                        assertThat(it.path("since").asLong()).isPositive();
                    });
        }
        var listed = json(api().get("/v1/models")).path("data");
        assertThat(listed)
                .anySatisfy(model -> assertThat(model.path("id").asString()).isEqualTo("twin-two"))
                .filteredOn(model -> model.path("id").asString().equals(BASE))
                .singleElement()
                .satisfies(model -> assertThat(model.path("resident"))
                        .anySatisfy(it -> assertThat(it.path("kind").asString()).isEqualTo("base")));
    }

    @Test
    void aCompositionIsFoundHoweverItIsWritten() throws Exception {
        var owner = owner();
        add(owner, "sum-one", 145, 0.1);
        add(owner, "sum-two", 146, 0.1);
        assertThat(chat(api(), BASE + "+sum-one:0.7+sum-two@1:0.3").statusCode())
                .isEqualTo(200);
        for (var name : List.of("sum-one:0.7+sum-two:0.3", "sum-two:0.3+sum-one@1:0.2+sum-one:0.5")) {
            assertThat(json(api().get("/v1/models/" + name)).path("resident"))
                    .as(name)
                    .singleElement()
                    .satisfies(it -> assertThat(it.path("kind").asString()).isEqualTo("composition"));
        }
        assertThat(json(api().get("/v1/models/sum-one:0.6+sum-two:0.3")).path("resident"))
                .isEmpty();
        for (var refused : List.of(api().get("/v1/models/sum-one:r1"), chat(api(), "sum-one:r1"))) {
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
            assertThat(error(refused).path("code").asString()).isEqualTo("not_truncatable");
        }
    }

    @Test
    void aReplicaTellsOfItsDeviceAndOfTheBudgetThatLoadsAreRefusedAt() throws Exception {
        assertThat(json(api().get("/api/v1/deployments")).path("replicas")).anySatisfy(replica -> {
            assertThat(replica.path("device").asString()).isEqualTo("cpu");
            assertThat(replica.path("adapter_budget").asLong())
                    .isEqualTo(DataSize.parse(environment.getProperty("tenon.serving.adapter-memory", "2GB"))
                            .toBytes());
            assertThat(replica.path("encoder_adapter_bytes").isNumber()).isTrue();
        });
        assertThat(Device.known("auto")).isIn("auto", Device.parse("auto").toString());
    }

    @Test
    void whatCannotBeWishedIsRefusedByName() throws Exception {
        for (var body : List.of("{}", "{\"model\":\"\"}", "{\"model\":\"" + BASE + "\"}")) {
            var answer = api().post("/api/v1/deployments", body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(error(answer).path("param").asString()).isEqualTo("model");
        }
        assertThat(api().post("/api/v1/deployments", "{\"model\":\"nobody@live\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api().get("/api/v1/deployments/events?limit=0").statusCode()).isEqualTo(400);
    }

    private Tenant owner() {
        return jdbc.sql("select org_id, id from app_user order by created_at limit 1")
                .query((row, number) -> new Tenant(row.getString("org_id"), row.getString("id"), Tenant.Access.ADMIN))
                .single();
    }

    private void add(Tenant owner, String name, long seed, double deviation) throws Exception {
        registry.importDirectory(owner, name, BASE, RandomLora.write(disk.resolve(name + seed), seed, deviation));
    }

    /** Another process of the same installation, as far as the database can tell. */
    private ConfigurableApplicationContext secondReplica() {
        var properties = new ArrayList<String>();
        for (var shared : List.of(
                "spring.datasource.url",
                "spring.datasource.username",
                "spring.datasource.password",
                "spring.flyway.url",
                "spring.flyway.user",
                "spring.flyway.password")) {
            properties.add("--" + shared + "=" + environment.getProperty(shared));
        }
        properties.addAll(List.of(
                "--tenon.role=serve",
                "--server.port=0",
                "--tenon.home=" + disk.resolve("home"),
                "--tenon.device=cpu",
                "--tenon.sample=false",
                "--tenon.preload=false",
                "--tenon.serving.reconcile=300ms"));
        return new SpringApplicationBuilder(Tenon.class).run(properties.toArray(String[]::new));
    }

    private JsonNode until(String path, Predicate<JsonNode> reached) {
        return await().atMost(PATIENCE).until(() -> json(api().get(path)), reached);
    }

    private static Predicate<JsonNode> two(String state, String serving) {
        return wish -> wish.path("state").asString().equals(state)
                && wish.path("replicas").size() == 2
                && wish.path("replicas")
                        .valueStream()
                        .allMatch(on -> on.path("state").asString().equals(state)
                                && on.path("serving").asString().equals(serving));
    }

    private List<JsonNode> resident(String name) throws Exception {
        return json(api().get("/api/v1/deployments"))
                .path("data")
                .valueStream()
                .filter(it -> it.path("name").asString().equals(name))
                .toList();
    }

    private List<String> events() throws Exception {
        return json(api().get("/api/v1/deployments/events?limit=500"))
                .path("data")
                .valueStream()
                .map(event -> event.path("type").asString())
                .toList();
    }

    private static String fingerprint(ApiClient client, String model) throws Exception {
        var answer = chat(client, model);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("system_fingerprint").asString();
    }

    private static HttpResponse<String> chat(ApiClient client, String model) throws Exception {
        return client.post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Hello"}],"temperature":0,"max_tokens":2}
                        """.formatted(model));
    }
}
