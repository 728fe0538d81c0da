package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.Fixtures;
import dev.tenon.TensorEngine;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.core.Problem;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every adapter that PEFT wrote for a base and of a kind that we support gives PEFT's logits, trains along PEFT's losses
 * and is written back with the same keys and shapes.
 */
class PeftFixtureTest {
    private static final double LOGITS = 1e-4;
    private static final double LOSSES = 1e-3;
    private static final double LOGITS_AFTER = 1e-2;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @TestFactory
    Stream<DynamicTest> referenceAdapters() {
        return Fixtures.folders(Fixtures.root().resolve("peft")).stream()
                .flatMap(base -> Fixtures.folders(base).stream())
                .flatMap(PeftFixtureTest::test);
    }

    private static Stream<DynamicTest> test(Path folder) {
        String name = folder.getParent().getFileName() + "/" + folder.getFileName();
        String missing = unsupported(folder);
        if (!missing.isEmpty()) {
            System.out.println("not checked: " + name + " (" + missing + ")");
            return Stream.empty();
        }
        return Stream.of(dynamicTest(name, () -> check(folder, name)));
    }

    /** Why a folder is another kind of adapter or base than we have; empty when it must be reproduced. */
    private static String unsupported(Path folder) {
        try {
            ModelConfig.read(base(folder));
        } catch (Problem problem) {
            if (!"unsupported_architecture".equals(problem.code())) {
                throw problem;
            }
            return "another architecture";
        }
        Map<String, Object> settings = AdapterFolder.settings(folder);
        boolean known = Methods.scan().peftFormats().stream()
                .anyMatch(format -> format.peftType().equals(settings.get("peft_type")));
        if (!known) {
            return "peft_type " + settings.get("peft_type");
        }
        return "";
    }

    private static Path base(Path folder) {
        return Fixtures.root().resolve("models").resolve(folder.getParent().getFileName());
    }

    private static void check(Path folder, String name) throws IOException {
        try (var scope = Scope.open();
                var model = Models.open(base(folder), Device.cpu(), DType.F32);
                var tuned = Tuned.load(model, folder);
                var io = SafetensorsFile.open(folder.resolve("io.safetensors"), SafetensorsLimits.BASE_MODEL)) {
            JsonNode trace = new JsonMapper().readTree(Files.readAllBytes(folder.resolve("trace.json")));
            var batch = new ReferenceBatch(io, model);
            batch.checkLogits(tuned, "logits", LOGITS);
            checkRoundTrip(folder, model, tuned, batch);
            if (leavesAnEncoderOut(trace)) {
                checkFirstLoss(tuned, batch, trace);
                System.out.printf("checked %s: logits, keys, first loss; its encoder is not in the file%n", name);
                return;
            }
            checkParameters(tuned, trace);
            List<Double> losses = ReferenceTraining.run(tuned, batch, trace);
            for (int step = 0; step < losses.size(); step++) {
                double reference = trace.get("losses").get(step).asDouble();
                assertThat(losses.get(step))
                        .as("loss of step " + step)
                        .isCloseTo(reference, org.assertj.core.data.Offset.offset(LOSSES));
            }
            batch.checkLogits(tuned, "logits_after", LOGITS_AFTER);
            System.out.printf("checked %s: logits, keys, %d losses, logits_after%n", name, losses.size());
        }
    }

    /** Whether PEFT trained a prompt by a network that it does not write: no file says how its training goes on. */
    private static boolean leavesAnEncoderOut(JsonNode trace) {
        return trace.get("trainable").propertyStream().anyMatch(entry -> entry.getKey()
                .matches("prompt_encoder\\.default\\.(mlp_head|transform)\\..*"));
    }

    private static void checkFirstLoss(Tuned tuned, ReferenceBatch batch, JsonNode trace) {
        try (var scope = Scope.open()) {
            assertThat(batch.loss(tuned).item())
                    .isCloseTo(trace.get("losses").get(0).asDouble(), org.assertj.core.data.Offset.offset(LOSSES));
        }
    }

    private static void checkParameters(Tuned tuned, JsonNode trace) {
        var ours = new TreeMap<String, List<Long>>();
        tuned.parameters()
                .forEach((name, tensor) -> ours.put(
                        name, java.util.Arrays.stream(tensor.shape()).boxed().toList()));
        var theirs = new TreeMap<String, List<Long>>();
        trace.get("trainable")
                .properties()
                .forEach(entry -> theirs.put(
                        entry.getKey()
                                .replace("base_model.model.", "")
                                .replace("prompt_encoder.default.", "prompt_encoder.")
                                .replace(".base_layer.", ".")
                                .replace(".modules_to_save.default.", ".")
                                .replaceFirst("\\.default(\\.weight)?$", "$1"),
                        entry.getValue().valueStream().map(JsonNode::asLong).toList()));
        assertThat(ours).isEqualTo(theirs);
        assertThat(tuned.parameterCount()).isEqualTo(trace.get("n_trainable").asLong());
    }

    private static void checkRoundTrip(Path folder, Network model, Tuned tuned, ReferenceBatch batch)
            throws IOException {
        Path written = Files.createTempDirectory("tenon-peft-");
        tuned.save(written, "base");
        assertThat(shapes(written)).isEqualTo(shapes(folder));
        try (var again = Tuned.load(model, written)) {
            assertThat(again.adapter().config()).isEqualTo(tuned.adapter().config());
            batch.checkLogits(again, "logits", LOGITS);
        }
        Files.delete(written.resolve(AdapterFolder.WEIGHTS));
        Files.delete(written.resolve(AdapterFolder.SETTINGS));
        Files.deleteIfExists(written.resolve(AdapterFolder.HEAD));
        Files.delete(written);
    }

    private static Map<String, List<Long>> shapes(Path folder) throws IOException {
        var shapes = new TreeMap<String, List<Long>>();
        try (var file = SafetensorsFile.open(folder.resolve(AdapterFolder.WEIGHTS), SafetensorsLimits.ADAPTER)) {
            file.entries().forEach(entry -> shapes.put(entry.name(), entry.shape()));
        }
        return shapes;
    }
}
