package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import dev.tenon.TenonIT;
import dev.tenon.TensorEngine;
import dev.tenon.identity.IdentityApi;
import dev.tenon.method.Methods;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm;
import dev.tenon.model.Models;
import dev.tenon.registry.RegistryApi;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;

/** The page that labels texts, with an adapter that came in from outside. */
@TenonIT
class LabelsE2E extends BrowserTest {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-encoder-4m");

    @Autowired
    RegistryApi registry;

    @Autowired
    IdentityApi identity;

    /** A head that nobody trained tells something all the same. */
    private static byte[] adapter(Path folder) throws IOException {
        TensorEngine.start();
        try (var model = (EncoderModel) Models.open(BASE, Device.cpu(), DType.F32)) {
            var lora = Methods.scan().attach(model, Map.of("method", "lora", "target_modules", List.of("query")), 1);
            var head = TrainedHead.fresh(model, HeadForm.Task.CLASSIFICATION, List.of("tea", "coffee"), 1);
            try (var tuned = new Tuned(lora, head)) {
                tuned.save(folder, "tenon-encoder-4m");
            }
        }
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes);
                var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                Files.copy(file, zip);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void everyLineComesBackWithItsLabel(@TempDir Path folder) throws IOException {
        var tenant = identity.systemTenant(identity.firstOrganisationId());
        registry.importPeft(tenant, "drinks", "tenon-encoder-4m", new ByteArrayInputStream(adapter(folder)));
        var page = signedIn();
        page.navigate(address() + "/playground");
        page.locator("text=Label texts").click();
        page.locator("#labels-text").fill("Earl Grey, please\n\nA flat white");
        page.locator("[data-labels-form] button").click();
        var answer = page.locator("[data-labels-answer]");
        assertThat(answer).containsText("Earl Grey, please");
        assertThat(answer.locator("p")).hasCount(2);
        assertThat(answer.locator("p").first()).containsText("tea");
        assertThat(answer.locator("p").first()).containsText("%");
    }
}
