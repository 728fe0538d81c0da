package dev.tenon.model.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TenonContext;
import dev.tenon.TenonIT;
import dev.tenon.core.Problem;
import dev.tenon.identity.IdentityApi;
import dev.tenon.model.BaseModelApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;

@TenonIT
class CatalogueIT {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-base-7m");

    @Autowired
    BaseModelApi models;

    @Autowired
    IdentityApi identity;

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
    void anImportedModelBelongsToItsOrganisation() {
        String own = identity.firstOrganisationId();
        var imported = models.importDirectory(own, "mine", SHIPPED);
        assertThat(models.importDirectory(own, "mine", SHIPPED)).isEqualTo(imported);
        assertThat(models.list(own)).extracting("name").contains("mine", "tenon-base-7m");
        assertThat(models.list("org_other")).extracting("name").doesNotContain("mine");
        assertThatThrownBy(() -> models.require("org_other", "mine"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
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

    @Test
    void listsAndImportsOverHttp() {
        var client = RestClient.builder()
                .baseUrl("http://localhost:" + port + "/api/v1/base-models")
                .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + TenonContext.ADMIN_KEY)
                .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
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
