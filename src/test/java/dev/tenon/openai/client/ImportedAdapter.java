package dev.tenon.openai.client;

import dev.tenon.TensorEngine;
import dev.tenon.method.Methods;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Adapters of a shipped base that no job has trained: moved at random, and brought in over HTTP. */
public final class ImportedAdapter {
    private static final Path SHIPPED = Path.of("src/main/resources/models");

    private ImportedAdapter() {}

    /**
     * Writes an adapter that does something into a new folder.
     *
     * @param labels of a head that stands beside it on an encoder; none for no head
     */
    public static Path write(Path folder, String base, Map<String, Object> settings, long seed, String... labels)
            throws IOException {
        TensorEngine.start();
        Files.createDirectories(folder);
        try (var model = Models.open(SHIPPED.resolve(base), Device.cpu(), DType.F32);
                var adapter = Methods.scan().attach(model, settings, seed);
                var scope = Scope.open()) {
            SavedAdapter.move(adapter, seed, 0.02);
            try (var head = labels.length == 0
                    ? null
                    : TrainedHead.fresh((EncoderModel) model, Task.CLASSIFICATION, List.of(labels), seed)) {
                new Tuned(adapter, head).save(folder, base);
            }
        }
        return folder;
    }

    /** Sends a folder as the next version of an adapter. */
    public static HttpResponse<String> send(ApiClient api, String name, Path folder)
            throws IOException, InterruptedException {
        var body = new ByteArrayOutputStream();
        body.write(("--edge\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + name
                        + "\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n"
                        + "Content-Type: application/zip\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.write(zip(folder));
        body.write("\r\n--edge--\r\n".getBytes(StandardCharsets.UTF_8));
        return api.send(
                "POST",
                "/api/v1/adapters/import",
                BodyPublishers.ofByteArray(body.toByteArray()),
                "Content-Type",
                "multipart/form-data; boundary=edge");
    }

    private static byte[] zip(Path folder) throws IOException {
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
}
