package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every method promises. A method's test extends this and says with which settings it is tried. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class MethodContract {
    private static final double SAME = 1e-5;

    private final Methods methods = Methods.scan();
    private final List<Network> networks = new ArrayList<>();
    /** The network that the contract is being tried on. */
    private Network model;

    /** Settings under which the whole contract is tried, each on its own. */
    protected abstract List<Map<String, Object>> settings();

    /** The same for the encoder, where other modules have other names. */
    protected List<Map<String, Object>> encoderSettings() {
        return settings().stream().map(EncoderWords::of).toList();
    }

    /** What it may look at before it starts on a network. */
    protected Calibration calibration(Network network) {
        return TinyTask.calibration();
    }

    /** Settings that are refused, by the {@code param} of the refusal. */
    protected abstract Map<String, Map<String, Object>> refused();

    /** Whether a new adapter changes nothing. */
    protected boolean startsAsBase() {
        return true;
    }

    /** How far rounding may take a new adapter's logits from the base's. */
    protected double startsAsBaseUpTo() {
        return 0;
    }

    /** Whether folders hold an equal adapter of another form, which must then give the same up to rounding. */
    protected boolean isWrittenAsAnother() {
        return false;
    }

    /** Whether the seed always decides how a new adapter starts, or how it is trained. */
    protected boolean dependsOnTheSeed() {
        return true;
    }

    /** Whether a folder holds the trained parameters themselves, and not only what they come to. */
    protected boolean keepsItsParameters() {
        return true;
    }

    /** The same where it is another for some settings. */
    protected boolean dependsOnTheSeed(Map<String, Object> setting) {
        return dependsOnTheSeed();
    }

    /** By how much the loss must fall on the tiny task, whose random blocks hardly hear what stands before a text. */
    protected double learns() {
        return 0.05;
    }

    /** The learning rate at which it must learn a tiny task in forty steps. */
    protected double learningRate() {
        return 0.01;
    }

    @BeforeAll
    void loadModel() {
        TensorEngine.start();
        networks.add(TinyTask.model());
        networks.add(TinyTask.encoder());
        model = networks.getFirst();
    }

    @AfterAll
    void closeModel() {
        networks.forEach(Network::close);
    }

    @Test
    void startsAsTheBase() {
        assumeTrue(startsAsBase(), "this method does not claim to start as the base");
        forAll(adapter -> assertThat(TensorEngine.distance(
                        TinyTask.logits(model, Hooks.NONE), TinyTask.logits(model, adapter.hooks())))
                .isLessThanOrEqualTo(startsAsBaseUpTo()));
    }

    @Test
    void hasAsManyParametersAsItsFormulaSays() {
        forAllSettings(setting -> {
            try (var adapter = methods.attach(model, setting, 1, calibration(model))) {
                assertThat(adapter.parameterCount()).isEqualTo(formula(setting)).isPositive();
            }
        });
    }

    private long formula(Map<String, Object> setting) {
        return formula(methods.require(String.valueOf(setting.get("method"))), methods.parse(setting));
    }

    private <C extends Record> long formula(AdapterMethod<C> method, Record config) {
        return method.parameterCount(
                ModelOutline.of(model.config()), method.configType().cast(config));
    }

    @Test
    void gradientsReachEveryParameterAndTheBaseStaysAsItIs() {
        forAll(adapter -> {
            float[] before = weights();
            TinyTask.train(model, adapter, 3);
            var parameters = List.copyOf(adapter.parameters().entrySet());
            try (var scope = Scope.open();
                    var tape = Tape.open()) {
                var gradients = tape.gradients(
                        TinyTask.loss(model, adapter.hooks()),
                        parameters.stream().map(Map.Entry::getValue).toList());
                for (int i = 0; i < gradients.size(); i++) {
                    assertThat(gradients.get(i).abs().max().item())
                            .as(parameters.get(i).getKey())
                            .isPositive();
                }
            }
            assertThat(weights()).isEqualTo(before);
        });
    }

    private float[] weights() {
        try (var scope = Scope.open()) {
            var all = model.sites().values().stream()
                    .map(site -> switch (site) {
                        case LinearSite linear -> linear.weight().reshape(-1);
                        case NormSite norm -> norm.weight();
                        default -> null;
                    })
                    .filter(java.util.Objects::nonNull)
                    .toList();
            return Tensor.cat(all, 0).toFloats();
        }
    }

    @Test
    void learnsATinyTask() {
        forAll(adapter -> {
            double[] losses = TinyTask.train(model, adapter, 40, learningRate());
            assertThat(losses[39]).isLessThan(losses[0] - learns());
        });
    }

    @Test
    void theSameSeedGivesTheSameResult() {
        forAllSettings(setting -> {
            float[] once = trained(setting, 5);
            assertThat(trained(setting, 5)).isEqualTo(once);
            if (dependsOnTheSeed(setting)) {
                assertThat(trained(setting, 6)).isNotEqualTo(once);
            }
        });
    }

    private float[] trained(Map<String, Object> setting, long seed) {
        try (var adapter = methods.attach(model, setting, seed, calibration(model))) {
            dev.tenon.tensor.Engine.seed(seed);
            TinyTask.train(model, adapter, 3);
            return TinyTask.logits(model, adapter.hooks());
        }
    }

    @Test
    void namesTheModulesThatItChanges() {
        forAll(adapter -> assertThat(adapter.matchedModules()).isNotEmpty().allMatch(model.sites()::containsKey));
    }

    @Test
    void itsFolderGivesBackEveryBit(@TempDir Path folder) {
        forAll(adapter -> {
            TinyTask.train(model, adapter, 2);
            AdapterFolder.save(adapter, folder, "tiny");
            try (var again = AdapterFolder.load(model, folder)) {
                assertThat(again.matchedModules()).isEqualTo(adapter.matchedModules());
                if (isWrittenAsAnother()) {
                    assertThat(TensorEngine.distance(
                                    TinyTask.logits(model, again.hooks()), TinyTask.logits(model, adapter.hooks())))
                            .isLessThan(SAME);
                    delete(folder);
                    return;
                }
                if (keepsItsParameters()) {
                    assertThat(values(again)).isEqualTo(values(adapter));
                }
                assertThat(TinyTask.logits(model, again.hooks())).isEqualTo(TinyTask.logits(model, adapter.hooks()));
            }
            delete(folder);
        });
    }

    private static void delete(Path folder) throws IOException {
        Files.delete(folder.resolve(AdapterFolder.SETTINGS));
        Files.delete(folder.resolve(AdapterFolder.WEIGHTS));
    }

    private static Map<String, List<Float>> values(Adapter adapter) {
        var tensors = new LinkedHashMap<>(adapter.parameters());
        tensors.putAll(adapter.buffers());
        var values = new LinkedHashMap<String, List<Float>>();
        tensors.forEach((name, tensor) -> {
            var list = new java.util.ArrayList<Float>();
            for (float value : tensor.toFloats()) {
                list.add(value);
            }
            values.put(name, list);
        });
        return values;
    }

    @Test
    void foldedIntoTheWeightsItGivesTheSameAndComesOutAgain() {
        forAll(adapter -> {
            assumeTrue(adapter instanceof Mergeable, "this method does not claim to be mergeable");
            TinyTask.train(model, adapter, 5);
            float[] base = TinyTask.logits(model, Hooks.NONE);
            float[] adapted = TinyTask.logits(model, adapter.hooks());
            try (var scope = Scope.open()) {
                var originals = new LinkedHashMap<Tensor, Tensor>();
                var created = new LinkedHashMap<String, Tensor>();
                for (String name : ((Mergeable) adapter).foldedNames()) {
                    Tensor place = place(name);
                    Tensor folded = ((Mergeable) adapter).folded(name);
                    if (place == null) {
                        assertThat(name).endsWith(".bias");
                        created.put(name, folded);
                    } else {
                        originals.put(place, place.copy());
                        place.copyFrom(folded);
                    }
                }
                assertThat(TensorEngine.distance(TinyTask.logits(model, new CreatedBiases(created)), adapted))
                        .isLessThan(SAME);
                originals.forEach(Tensor::copyFrom);
            }
            assertThat(TinyTask.logits(model, Hooks.NONE)).isEqualTo(base).isNotEqualTo(adapted);
        });
    }

    /** A model that has been given the biases that a fold created. */
    private record CreatedBiases(Map<String, Tensor> biases) implements Hooks {
        @Override
        public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
            return added(site.path(), y);
        }

        @Override
        public Tensor norm(NormSite site, Tensor x) {
            return added(site.path(), site.base(x));
        }

        private Tensor added(String path, Tensor y) {
            Tensor bias = biases.get(path + ".bias");
            return bias == null ? y : y.add(bias);
        }
    }

    private @Nullable Tensor place(String name) {
        boolean bias = name.endsWith(".bias");
        return switch (model.sites().get(name.substring(0, name.lastIndexOf('.')))) {
            case LinearSite site -> bias ? site.bias() : site.weight();
            case NormSite site -> bias ? site.bias() : site.weight();
            case dev.tenon.model.EmbeddingSite site -> site.weight();
            default -> throw new AssertionError(name);
        };
    }

    @Test
    void leavesNoNativeMemory() {
        forAll(adapter -> TinyTask.train(model, adapter, 2));
        long before = Ledger.liveTensors();
        forAll(adapter -> TinyTask.train(model, adapter, 4));
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }

    @Test
    void refusesWhatItCannotDoNamingTheField() {
        refused()
                .forEach((param, setting) -> assertThatThrownBy(() -> {
                            try (var adapter = methods.attach(model, setting, 1, calibration(model))) {
                                adapter.train(false);
                            }
                        })
                        .as(setting.toString())
                        .isInstanceOfSatisfying(Problem.class, problem -> {
                            assertThat(problem.status()).isEqualTo(400);
                            assertThat(problem.param()).isEqualTo(param.replaceAll("#.*", ""));
                            assertThat(problem.message()).contains(param.replaceAll("#.*", ""));
                        }));
    }

    /** A part of the contract, tried on both networks with every setting on a fresh adapter. */
    private void forAll(Check check) {
        forAllSettings(setting -> {
            try (var adapter = methods.attach(model, setting, 1, calibration(model))) {
                check.accept(adapter);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** With every setting on every network that its method suits; {@link #model} is the one it is the turn of. */
    private void forAllSettings(Consumer<Map<String, Object>> check) {
        for (Network network : networks) {
            model = network;
            var all = network instanceof CausalModel ? settings() : encoderSettings();
            all.stream()
                    .filter(setting -> methods.of(methods.parse(setting)).suits(network.config()))
                    .forEach(check);
        }
        model = networks.getFirst();
    }

    private interface Check {
        void accept(Adapter adapter) throws IOException;
    }
}
