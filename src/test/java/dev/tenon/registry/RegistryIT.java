package dev.tenon.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tenon.TenonContext;
import dev.tenon.core.Cursor;
import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.job.TestJobs;
import dev.tenon.worker.WorkerTestConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionTemplate;

/** Promises of the registry: versions never change, aliases move with a history, and tenants never meet. */
@SpringBootTest(
        classes = WorkerTestConfiguration.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {"tenon.role=serve"})
@ContextConfiguration(initializers = TenonContext.class)
class RegistryIT {
    @TempDir
    static Path home;

    @Autowired
    RegistryApi registry;

    @Autowired
    AdapterRows rows;

    @Autowired
    AdapterFolders folders;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    JdbcClient jdbc;

    Tenant tenant;

    @BeforeEach
    void tenant() {
        tenant = new Tenant(new TestJobs(jdbc).organisation(), "user_1", Tenant.Access.ADMIN);
    }

    @Test
    void numbersVersionsAndResolvesEveryForm() {
        add("bot", "one");
        add("bot", "two");
        add("bot", "three");
        registry.setAlias(tenant, "bot", "production", 2);
        assertThat(version("bot")).isEqualTo(3);
        assertThat(version("bot@latest")).isEqualTo(3);
        assertThat(version("bot@1")).isEqualTo(1);
        assertThat(version("bot@production")).isEqualTo(2);
        var minted = registry.adapter(tenant, "bot").latestModelId();
        assertThat(version(minted)).isEqualTo(3);
        assertThat(missing("bot@4").code()).isEqualTo("model_not_found");
        assertThat(missing("bot@staging").status()).isEqualTo(404);
        assertThat(missing("nobody").status()).isEqualTo(404);
    }

    @Test
    void resolvesCompositionsPartByPart() {
        add("bot", "one");
        add("bot", "two");
        add("tone", "three");
        registry.setAlias(tenant, "bot", "production", 1);
        var sum = registry.resolve(tenant, "base+bot@production:0.7+tone:r4:0.3");
        assertThat(sum.parts())
                .extracting(
                        part -> part.version().adapterName(),
                        part -> part.version().version(),
                        part -> part.weight(),
                        part -> part.rank())
                .containsExactly(tuple("bot", 1, 0.7, null), tuple("tone", 1, 0.3, 4));
        registry.setAlias(tenant, "bot", "production", 2);
        assertThat(registry.resolve(tenant, sum.pinned()).parts()).isEqualTo(sum.parts());
        assertThat(registry.resolve(tenant, "bot:r2").parts().getFirst().rank()).isEqualTo(2);
        assertThat(catchThrowableOfType(Problem.class, sum::version).code()).isEqualTo("composition_not_offered");
        assertThat(missing("base+bot+nobody:0.3").message()).contains("'nobody'");
        assertThat(missing("bot+base").message()).contains("part 2, 'base'");
        assertThat(missing("base:0.5+bot").message()).contains("part 1, 'base:0.5'");
    }

    @Test
    void aliasesMoveAndGoBackWithAHistory() {
        add("bot", "one");
        add("bot", "two");
        registry.setAlias(tenant, "bot", "production", 1);
        assertThat(catchThrowableOfType(Problem.class, () -> registry.rollback(tenant, "bot", "production"))
                        .code())
                .isEqualTo("nothing_to_roll_back");
        registry.setAlias(tenant, "bot", "production", 2);
        assertThat(registry.rollback(tenant, "bot", "production").version()).isEqualTo(1);
        assertThat(version("bot@production")).isEqualTo(1);
        assertThat(registry.history(tenant, "bot", "production"))
                .extracting(AliasChange::action, AliasChange::from, AliasChange::to)
                .containsExactly(
                        tuple("alias_rolled_back", 2, 1), tuple("alias_set", 1, 2), tuple("alias_set", null, 1));
        assertThat(registry.history(tenant, "bot", null)).hasSize(5);
    }

    @Test
    void movingAnAliasToWhereItIsIsNoChange() {
        add("bot", "one");
        add("bot", "two");
        registry.setAlias(tenant, "bot", "production", 1);
        registry.setAlias(tenant, "bot", "production", 2);
        var since = registry.alias(tenant, "bot", "production").since();
        assertThat(registry.setAlias(tenant, "bot", "production", 2).since()).isEqualTo(since);
        assertThat(registry.history(tenant, "bot", "production")).hasSize(2);
        // as such a repeated call was written down before
        jdbc.sql("""
                        insert into adapter_alias_history
                            (org_id, adapter_id, adapter_name, action, alias, from_version, to_version, changed_by)
                        select org_id, adapter_id, adapter_name, action, alias, 2, 2, changed_by
                        from adapter_alias_history where org_id = :org and to_version = 2 and alias = 'production'
                        """).param("org", tenant.orgId()).update();
        assertThat(registry.rollback(tenant, "bot", "production").version()).isEqualTo(1);
        assertThat(registry.history(tenant, "bot", "production").getFirst())
                .extracting(AliasChange::action, AliasChange::from, AliasChange::to)
                .containsExactly("alias_rolled_back", 2, 1);
    }

    @Test
    void tellsWhatAMovingNameMeantBefore() {
        for (var weights : List.of("one", "two", "three", "four")) {
            add("bot", weights);
        }
        for (int version : List.of(1, 2, 1, 4)) {
            registry.setAlias(tenant, "bot", "production", version);
        }
        assertThat(earlier("bot@production")).containsExactly(1, 2);
        assertThat(earlier("bot")).containsExactly(3, 2, 1);
        assertThat(earlier("bot@latest")).containsExactly(3, 2, 1);
        for (var lasting : List.of("bot@4", "base", "base+bot:0.5", "bot@nothing")) {
            assertThat(earlier(lasting)).as(lasting).isEmpty();
        }
        registry.delete(tenant, "bot@1");
        assertThat(earlier("bot@production")).containsExactly(2);
        registry.removeAlias(tenant, "bot", "production");
        registry.setAlias(tenant, "bot", "production", 3);
        assertThat(earlier("bot@production")).isEmpty();
    }

    private List<Integer> earlier(String name) {
        return registry.earlier(tenant, name).stream()
                .map(model -> model.version().version())
                .toList();
    }

    @Test
    void aMoveOntoAnotherMoveIsRefused() throws Exception {
        add("bot", "one");
        add("bot", "two");
        add("bot", "three");
        registry.setAlias(tenant, "bot", "production", 1, 0);
        assertThat(catchThrowableOfType(Problem.class, () -> registry.setAlias(tenant, "bot", "production", 2, 0))
                        .status())
                .isEqualTo(412);
        var moves = List.of(2, 3).stream()
                .map(to -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return registry.setAlias(tenant, "bot", "production", to, 1)
                                .version();
                    } catch (Problem problem) {
                        return -problem.status();
                    }
                }))
                .toList();
        var outcomes = moves.stream().map(CompletableFuture::join).toList();
        assertThat(outcomes).contains(-412).anyMatch(version -> version > 1);
        int now = registry.alias(tenant, "bot", "production").version();
        assertThat(outcomes).contains(now);
        assertThat(catchThrowableOfType(Problem.class, () -> registry.rollback(tenant, "bot", "production", 1))
                        .code())
                .isEqualTo("alias_moved");
        assertThat(registry.rollback(tenant, "bot", "production", now).version())
                .isEqualTo(1);
        assertThat(registry.history(tenant, "bot", "production"))
                .allMatch(change -> change.changedBy().equals("user_1") && change.at() != null)
                .hasSize(3);
    }

    @Test
    void aliasesAreChecked() {
        add("bot", "one");
        for (var alias : List.of("latest", "history", "1", "Production", "a b", "")) {
            assertThat(catchThrowableOfType(Problem.class, () -> registry.setAlias(tenant, "bot", alias, 1))
                            .param())
                    .isEqualTo("alias");
        }
        assertThat(catchThrowableOfType(Problem.class, () -> registry.setAlias(tenant, "bot", "production", 2))
                        .param())
                .isEqualTo("version");
    }

    @Test
    void aVersionCannotBeEdited() {
        var id = add("bot", "one");
        assertThatThrownBy(() -> jdbc.sql("update adapter_version set folder_digest = 'x' where id = :id")
                        .param("id", id)
                        .update())
                .isInstanceOf(DataAccessException.class);
    }

    @Test
    void anotherTenantSeesNothing() {
        add("bot", "one");
        var stranger = new Tenant(new TestJobs(jdbc).organisation(), "user_2", Tenant.Access.ADMIN);
        var minted = registry.adapter(tenant, "bot").latestModelId();
        assertThat(catchThrowableOfType(Problem.class, () -> registry.resolve(stranger, "bot"))
                        .status())
                .isEqualTo(404);
        assertThat(catchThrowableOfType(Problem.class, () -> registry.resolve(stranger, minted))
                        .status())
                .isEqualTo(404);
        assertThat(catchThrowableOfType(Problem.class, () -> registry.delete(stranger, "bot"))
                        .status())
                .isEqualTo(404);
        assertThat(registry.adapters(stranger, cursor()).items()).isEmpty();
    }

    @Test
    void aVersionUnderAnAliasIsNotDeleted() {
        add("bot", "one");
        add("bot", "two");
        registry.setAlias(tenant, "bot", "production", 1);
        assertThat(catchThrowableOfType(Problem.class, () -> registry.delete(tenant, "bot@1"))
                        .code())
                .isEqualTo("version_in_use");
        registry.removeAlias(tenant, "bot", "production");
        registry.delete(tenant, "bot@1");
        assertThat(version("bot")).isEqualTo(2);
        registry.delete(tenant, "bot@2");
        assertThat(registry.adapters(tenant, cursor()).items()).isEmpty();
    }

    @Test
    void aNumberIsGivenOnce() {
        add("bot", "one");
        add("bot", "two");
        registry.delete(tenant, "bot");
        add("bot", "three");
        assertThat(version("bot")).isEqualTo(3);
        assertThat(missing("bot@1").code()).isEqualTo("model_not_found");
        registry.delete(tenant, "bot@3");
        add("bot", "four");
        assertThat(version("bot")).isEqualTo(4);
        var other = new Tenant(new TestJobs(jdbc).organisation(), "user_2", Tenant.Access.ADMIN);
        tenant = other;
        add("bot", "five");
        assertThat(version("bot")).isEqualTo(1);
    }

    @Test
    void anAdapterThatIsCountedOnIsNotDeleted() {
        var id = add("bot", "one");
        registry.setAlias(tenant, "bot", "production", 1);
        assertThat(kept("bot").message()).contains("'production'").contains("version 1");
        registry.removeAlias(tenant, "bot", "production");
        var hand = new TestJobs(jdbc);
        var further = hand.add(tenant.orgId(), "file-1");
        jdbc.sql("update job set initial_version_id = :version where id = :id")
                .param("version", id)
                .param("id", further)
                .update();
        var made = hand.add(tenant.orgId(), "file-1");
        jdbc.sql("update job set sources = jsonb_build_array(jsonb_build_object('version', :version)) where id = :id")
                .param("version", id)
                .param("id", made)
                .update();
        assertThat(kept("bot").message()).contains(further).contains(made);
        assertThat(kept("bot@1").code()).isEqualTo("version_in_use");
        hand.clear();
        registry.delete(tenant, "bot");
        assertThat(missing("bot").status()).isEqualTo(404);
    }

    private Problem kept(String name) {
        return catchThrowableOfType(Problem.class, () -> registry.delete(tenant, name));
    }

    @Test
    void aModelOfAnUnfinishedJobNamesTheJob() {
        var hand = new TestJobs(jdbc);
        var job = hand.add(tenant.orgId(), "file-1");
        var problem = missing("ft:" + job);
        assertThat(problem.status()).isEqualTo(404);
        assertThat(problem.message()).contains(job).contains("queued");
        hand.clear();
    }

    @Test
    void aTamperedCacheIsFetchedAnew() throws Exception {
        var id = add("bot", "weights");
        var file = registry.materialise(id).resolve("adapter_model.safetensors");
        Files.writeString(file, "tampered");
        assertThat(registry.materialise(id).resolve("adapter_model.safetensors"))
                .hasContent("weights");
    }

    @Test
    void exportsAPeftFolder() throws Exception {
        add("bot", "weights");
        var bytes = new ByteArrayOutputStream();
        registry.export(tenant, "bot@1", bytes);
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(zip.getNextEntry().getName()).isEqualTo("adapter_config.json");
            assertThat(zip.getNextEntry().getName()).isEqualTo("adapter_model.safetensors");
            assertThat(new String(zip.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("weights");
            assertThat(zip.getNextEntry()).isNull();
        }
    }

    private String add(String name, String weights) {
        try {
            var folder = Files.createTempDirectory(home, "adapter-");
            Files.writeString(folder.resolve("adapter_config.json"), "{}");
            Files.writeString(folder.resolve("adapter_model.safetensors"), weights);
            var stored = folders.store(folder, file -> true);
            var minted = "ft:base:org:" + name + ":" + Ids.letters(8);
            return transaction.execute(status -> rows.add(new NewVersion(
                    tenant.orgId(),
                    name,
                    minted,
                    "base",
                    "d",
                    "lora",
                    Map.of("method", "lora"),
                    stored.digest(),
                    stored.bytes(),
                    null,
                    Map.of(),
                    Map.of(),
                    tenant.userId())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int version(String name) {
        return registry.resolve(tenant, name).version().version();
    }

    private Problem missing(String name) {
        return catchThrowableOfType(Problem.class, () -> registry.resolve(tenant, name));
    }

    private static Cursor cursor() {
        return Cursor.of(null, null, null, 20, 100);
    }
}
