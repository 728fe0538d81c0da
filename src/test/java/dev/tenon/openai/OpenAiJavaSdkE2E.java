package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.finetuning.jobs.FineTuningJob;
import com.openai.models.finetuning.jobs.FineTuningJobEvent;
import com.openai.models.finetuning.jobs.JobCreateParams;
import com.openai.models.finetuning.jobs.JobListEventsParams;
import com.openai.models.finetuning.jobs.JobListParams;
import com.openai.models.finetuning.jobs.checkpoints.CheckpointListParams;
import com.openai.models.finetuning.methods.SupervisedHyperparameters;
import com.openai.models.finetuning.methods.SupervisedMethod;
import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official client for Java does the whole job with only its base URL changed. */
class OpenAiJavaSdkE2E extends ApiTest {
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
    void uploadsTunesChatsStreamsAndDeletes() throws Exception {
        var file = upload();
        var created = create(file).validate().id();
        assertThat(client.fineTuning().jobs().pause(created).validate().finishedAt())
                .isEmpty();
        client.fineTuning().jobs().resume(created).validate();
        var job = finished(created);
        assertThat(job.status()).as("error: %s", job.error()).isEqualTo(FineTuningJob.Status.SUCCEEDED);
        var model = job.fineTunedModel().orElseThrow();
        assertThat(model).matches("ft:" + BASE + ":[^:]+:java:.{8}");
        assertThat(job.trainedTokens().orElseThrow()).isPositive();
        assertThat(job.hyperparameters().nEpochs().orElseThrow().asInteger()).isEqualTo(1);
        assertThat(job.metadata().orElseThrow()._additionalProperties()).containsEntry("from", JsonValue.from("java"));

        eventsAndCheckpointsPageToTheirEnd(job);
        resultsAreCsv(job);
        chatsAndStreamsTheSame(model);
        cancelOfAFinishedJobIsABadRequest(job);

        assertThat(client.models().retrieve(model).validate().id()).isEqualTo(model);
        assertThat(client.models().list().items()).anyMatch(each -> each.id().equals(model));
        assertThat(client.models().delete(model).validate().deleted()).isTrue();
        assertThatThrownBy(() -> client.models().retrieve(model)).isInstanceOf(NotFoundException.class);
        assertThat(client.files().delete(file.id()).validate().deleted()).isTrue();
        assertThatThrownBy(() -> client.files().retrieve(file.id())).isInstanceOf(NotFoundException.class);
    }

    private FileObject upload() throws Exception {
        var path = Files.write(folder.resolve("java.jsonl"), Examples.chat(16));
        var file = client.files()
                .create(FileCreateParams.builder()
                        .file(path)
                        .purpose(FilePurpose.FINE_TUNE)
                        .build())
                .validate();
        assertThat(file.status()).isEqualTo(FileObject.Status.PROCESSED);
        try (var content = client.files().content(file.id())) {
            assertThat(content.body().readAllBytes()).isEqualTo(Files.readAllBytes(path));
        }
        var listed = client.files()
                .list(FileListParams.builder().limit(1).purpose("fine-tune").build());
        assertThat(listed.autoPager().stream().map(FileObject::id).toList())
                .doesNotHaveDuplicates()
                .contains(file.id());
        return file;
    }

    private FineTuningJob create(FileObject file) {
        var numbers =
                SupervisedHyperparameters.builder().nEpochs(1).batchSize(4).build();
        var method = JobCreateParams.Method.builder()
                .type(JobCreateParams.Method.Type.SUPERVISED)
                .supervised(SupervisedMethod.builder().hyperparameters(numbers).build())
                .build();
        return client.fineTuning()
                .jobs()
                .create(JobCreateParams.builder()
                        .model(BASE)
                        .trainingFile(file.id())
                        .validationFile(file.id())
                        .suffix("java")
                        .seed(7)
                        .metadata(JobCreateParams.Metadata.builder()
                                .putAdditionalProperty("from", JsonValue.from("java"))
                                .build())
                        .method(method)
                        .putAdditionalBodyProperty("adapter", JsonValue.from(Map.of("method", "lora", "rank", 4)))
                        .build());
    }

    private FineTuningJob finished(String id) throws InterruptedException {
        var until = System.nanoTime() + Duration.ofMinutes(8).toNanos();
        while (true) {
            var job = client.fineTuning().jobs().retrieve(id).validate();
            if (job.finishedAt().isPresent() || System.nanoTime() > until) {
                return job;
            }
            Thread.sleep(250);
        }
    }

    private void eventsAndCheckpointsPageToTheirEnd(FineTuningJob job) {
        var jobs = client.fineTuning().jobs();
        var events = jobs
                .listEvents(job.id(), JobListEventsParams.builder().limit(2).build())
                .autoPager()
                .stream()
                .map(FineTuningJobEvent::validate)
                .toList();
        assertThat(events)
                .hasSizeGreaterThan(3)
                .extracting(FineTuningJobEvent::id)
                .doesNotHaveDuplicates();
        assertThat(events).isSortedAccordingTo((a, b) -> Long.compare(b.createdAt(), a.createdAt()));
        var checkpoints =
                jobs
                        .checkpoints()
                        .list(job.id(), CheckpointListParams.builder().limit(1).build())
                        .autoPager()
                        .stream()
                        .toList();
        assertThat(checkpoints).isNotEmpty().allSatisfy(point -> {
            assertThat(point.validate().fineTuningJobId()).isEqualTo(job.id());
            assertThat(point.fineTunedModelCheckpoint()).endsWith(":ckpt-step-" + point.stepNumber());
            assertThat(point.metrics().trainLoss()).isPresent();
        });
        assertThat(jobs.list(JobListParams.builder().limit(1).build()).autoPager().stream()
                        .map(FineTuningJob::id)
                        .toList())
                .doesNotHaveDuplicates()
                .contains(job.id());
    }

    private void resultsAreCsv(FineTuningJob job) throws Exception {
        assertThat(job.resultFiles()).hasSize(1);
        try (var content = client.files().content(job.resultFiles().getFirst())) {
            var lines = new String(content.body().readAllBytes()).lines().toList();
            assertThat(lines.getFirst()).startsWith("step,train_loss,train_accuracy");
            assertThat(lines).hasSizeGreaterThan(1);
        }
    }

    private void chatsAndStreamsTheSame(String model) {
        var asked = ChatCompletionCreateParams.builder()
                .model(model)
                .addUserMessage("Question number 3, please.")
                .temperature(0)
                .maxCompletionTokens(24)
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        var accumulator = ChatCompletionAccumulator.create();
        try (var stream = client.chat().completions().createStreaming(asked)) {
            stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
        }
        var streamed = accumulator.chatCompletion();
        var whole = client.chat()
                .completions()
                .create(asked.toBuilder()
                        .streamOptions(java.util.Optional.<ChatCompletionStreamOptions>empty())
                        .build())
                .validate();
        assertThat(whole.model()).isEqualTo(model);
        assertThat(whole.choices().getFirst().message().content().orElseThrow()).isNotBlank();
        assertThat(streamed.choices().getFirst().message().content())
                .isEqualTo(whole.choices().getFirst().message().content());
        assertThat(streamed.usage().orElseThrow().totalTokens())
                .isEqualTo(whole.usage().orElseThrow().totalTokens());
        assertThat(whole._additionalProperties()).isEmpty();
    }

    private void cancelOfAFinishedJobIsABadRequest(FineTuningJob job) {
        assertThatThrownBy(() -> client.fineTuning().jobs().cancel(job.id())).isInstanceOf(BadRequestException.class);
    }
}
