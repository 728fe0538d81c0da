package dev.tenon.worker;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.tenon.artifact.Blobs;
import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.dataset.FileView;
import dev.tenon.identity.IdentityApi;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/**
 * The real job, worker and registry over a real database; what they take from other modules is played. Not annotated as a
 * configuration, so that the scan of the whole application does not find it.
 */
@EnableAutoConfiguration
@ComponentScan({"dev.tenon.job", "dev.tenon.worker", "dev.tenon.registry"})
public class WorkerTestConfiguration {
    /** A training file's id is this prefix and what the file says: the script of the {@link ScriptedChild}. */
    static final String SCRIPT = "script:";

    /** What was stored as a result file in this process. */
    static final Map<String, String> RESULTS = new ConcurrentHashMap<>();

    @Bean
    Blobs blobs(@Value("${test.blobs:${tenon.home}/blobs}") Path folder) {
        return new FolderBlobs(folder);
    }

    @Bean
    DatasetApi datasets() throws IOException {
        var datasets = mock(DatasetApi.class);
        doAnswer(call -> Files.writeString(
                        call.<Path>getArgument(1), call.<String>getArgument(0).substring(SCRIPT.length())))
                .when(datasets)
                .copyTo(anyString(), any());
        when(datasets.storeResult(anyString(), anyString(), anyString(), any())).thenAnswer(call -> {
            var id = Ids.next("file-");
            var bytes = call.<InputStream>getArgument(3).readAllBytes();
            RESULTS.put(id, new String(bytes, StandardCharsets.UTF_8));
            return new FileView(
                    id,
                    "o",
                    call.getArgument(1),
                    call.getArgument(2),
                    bytes.length,
                    "d",
                    Instant.EPOCH,
                    null,
                    "processed",
                    null,
                    null);
        });
        return datasets;
    }

    @Bean
    IdentityApi identity() {
        return mock(IdentityApi.class);
    }

    @Bean
    BaseModelApi bases() {
        var bases = mock(BaseModelApi.class);
        var view = mock(BaseModelView.class);
        when(view.name()).thenReturn("base");
        when(view.digest()).thenReturn("d");
        var unknown = Problem.notFound("model", "model_not_found", "There is only 'base' here.");
        when(bases.require(anyString())).thenThrow(unknown);
        when(bases.require(any(), anyString())).thenThrow(unknown);
        doReturn(view).when(bases).require("base");
        doReturn(view).when(bases).require(any(), eq("base"));
        when(bases.materialise(anyString())).thenReturn(Path.of("/nowhere"));
        return bases;
    }
}
