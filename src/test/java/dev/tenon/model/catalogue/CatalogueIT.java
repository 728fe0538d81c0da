package dev.tenon.model.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TenonContext;
import dev.tenon.TenonIT;
import dev.tenon.core.Problem;
import dev.tenon.identity.IdentityApi;
import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseTask;
import dev.tenon.registry.RegistryApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;

@TenonIT
class CatalogueIT {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-base-7m");

    @Autowired
    BaseModelApi models;

    @Autowired
    IdentityApi identity;

    @Autowired
    RegistryApi registry;

    @LocalServerPort
    int port;

    @TempDir
    Path folder;

    @Test
    void theShippedModelIsThereForEverybody() throws IOException {
        var shipped = models.require(identity.firstOrganisationId(), "tenon-base-7m");
        assertThat(shipped.family()).isEqualTo("llama");
        assertThat(shipped.licence()).isEqualTo("cc-by-sa-4.0");
        Path directory = models.materialise("tenon-base-7m");
        assertThat(Files.mismatch(directory.resolve("model.safetensors"), SHIPPED.resolve("model.safetensors")))
                .isEqualTo(-1);
        assertThat(models.materialise("tenon-base-7m")).isEqualTo(directory);
    }

    @Test
    void theShippedEncoderSaysWhatItIsFor() {
        var shipped = models.require(identity.firstOrganisationId(), "tenon-encoder-4m");
        assertThat(shipped.family()).isEqualTo("roberta");
        assertThat(shipped.licence()).isEqualTo("cc-by-nc-4.0");
        assertThat(shipped.parameters()).isBetween(4_380_000L, 4_400_000L);
        assertThat(shipped.config().tasks())
                .containsExactly(BaseTask.CLASSIFICATION, BaseTask.TAGGING, BaseTask.MASKED_LM);
    }

    @Test
    void anImportedModelBelongsToItsOrganisation() {
        String own = identity.firstOrganisationId();
        var imported = models.importDirectory(own, "mine", SHIPPED);
        assertThat(models.importDirectory(own, "mine", SHIPPED)).isEqualTo(imported);
        assertThat(models.list(own)).extracting("name").contains("mine", "tenon-base-7m");
        assertThat(models.list("org_other")).extracting("name").doesNotContain("mine");
        assertThatThrownBy(() -> models.require("org_other", "mine"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
        // nor does it answer there
        assertThat(registry.resolve(tenant(own), "mine").base()).isEqualTo(imported);
        assertThatThrownBy(() -> registry.resolve(tenant("org_other"), "mine"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo("model_not_found"));
    }

    private static Tenant tenant(String orgId) {
        return new Tenant(orgId, "user_1", Tenant.Access.MEMBER);
    }

    @Test
    void aNameNeverChangesItsContent() throws IOException {
        try (var files = Files.list(SHIPPED)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Files.writeString(folder.resolve("README.md"), "another card");
        assertThatThrownBy(() -> models.importDirectory(null, "tenon-base-7m", folder))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo("name_taken"));
    }

    private RestClient client(String key) {
        return RestClient.builder()
                .baseUrl("http://localhost:" + port + "/api/v1/base-models")
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + key)
                .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
    }

    @Test
    void aZipIsImported() throws IOException {
        Path zip = folder.resolve("model.zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(zip));
                var files = Files.list(SHIPPED)) {
            for (Path file : files.toList()) {
                out.putNextEntry(new ZipEntry("some-folder/" + file.getFileName()));
                Files.copy(file, out);
            }
        }
        var form = new LinkedMultiValueMap<String, Object>();
        form.add("name", "zipped");
        form.add("file", new FileSystemResource(zip));
        var client = client(TenonContext.ADMIN_KEY);
        assertThat(client.post()
                        .contentType(MediaType.MULTIPART_FORM_DATA)
                        .body(form)
                        .retrieve()
                        .body(String.class))
                .contains("\"id\":\"zipped\"", "\"shared\":false");
        // The same files under another name are the same content.
        assertThat(models.require("zipped").digest())
                .isEqualTo(models.require("tenon-base-7m").digest());
    }

    @Test
    void onlyAnAdministratorMayNameADirectoryOfTheServer() {
        var owner = identity.systemTenant(identity.firstOrganisationId());
        String key =
                identity.issueKey(owner, "member", Tenant.Access.MEMBER, null).secret();
        var form = new LinkedMultiValueMap<String, Object>();
        form.add("name", "sneaked");
        form.add("directory", SHIPPED.toAbsolutePath().toString());
        assertThat(client(key)
                        .post()
                        .body(form)
                        .retrieve()
                        .toBodilessEntity()
                        .getStatusCode()
                        .value())
                .isEqualTo(403);
        assertThat(client(key).get().retrieve().body(String.class)).doesNotContain("sneaked");
    }

    @Test
    void listsAndImportsOverHttp() {
        var client = client(TenonContext.ADMIN_KEY);
        assertThat(client.get().retrieve().body(String.class))
                .contains("\"id\":\"tenon-base-7m\"")
                .contains("\"shared\":true");
        var form = new LinkedMultiValueMap<String, Object>();
        form.add("name", "from-directory");
        form.add("directory", SHIPPED.toAbsolutePath().toString());
        assertThat(client.post()
                        .body(form)
                        .retrieve()
                        .toEntity(String.class)
                        .getStatusCode()
                        .value())
                .isEqualTo(201);
        assertThat(client.get().uri("/nothing").retrieve().body(String.class)).contains("model_not_found");
        assertThat(client.post()
                        .body(new LinkedMultiValueMap<>(java.util.Map.of("name", java.util.List.of("x9"))))
                        .retrieve()
                        .body(String.class))
                .contains("missing_file");
    }
}
