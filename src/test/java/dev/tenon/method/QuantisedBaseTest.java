package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.model.CausalModel;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.Quantisation;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;

/** Every method that has a contract, under that contract's settings, on a decoder and an encoder kept in fewer bits. */
class QuantisedBaseTest {
    private static final Quantisation NF4 = new Quantisation(Format.NF4, false, Grain.GROUP, 8, true);
    private static final Quantisation INT8 = new Quantisation(Format.INT8, true, Grain.CHANNEL, 8, false);

    private final Methods methods = Methods.scan();

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static List<MethodContract> contracts() throws ReflectiveOperationException {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(MethodContract.class));
        var contracts = new ArrayList<MethodContract>();
        for (var found : scanner.findCandidateComponents("dev.tenon.method")) {
            var constructor = Class.forName(found.getBeanClassName()).getDeclaredConstructor();
            constructor.setAccessible(true);
            contracts.add((MethodContract) constructor.newInstance());
        }
        return contracts;
    }

    private void forFirst(Quantisation form, Check check) throws Exception {
        forAll(form, 1, check);
    }

    private void forAll(Quantisation form, Check check) throws Exception {
        forAll(form, Integer.MAX_VALUE, check);
    }

    /** With the first settings of every method. */
    private void forAll(Quantisation form, int most, Check check) throws Exception {
        try (var decoder = TinyTask.model(form);
                var encoder = TinyTask.encoder(form)) {
            for (var contract : contracts()) {
                for (var model : List.of(decoder, encoder)) {
                    var settings = model instanceof CausalModel ? contract.settings() : contract.encoderSettings();
                    for (var setting : settings.subList(0, Math.min(most, settings.size()))) {
                        if (methods.of(methods.parse(setting)).suits(model.config())) {
                            try (var adapter = methods.attach(model, setting, 1, contract.calibration(model))) {
                                check.on(model, adapter, setting, contract);
                            }
                        }
                    }
                }
            }
        }
    }

    private interface Check {
        void on(Network model, Adapter adapter, Map<String, Object> setting, MethodContract contract) throws Exception;
    }

    @Test
    void noMethodIsLeftOut() throws Exception {
        var tried = new TreeSet<String>();
        for (var contract : contracts()) {
            contract.settings().forEach(setting -> tried.add(String.valueOf(setting.get("method"))));
        }
        assertThat(methods.all())
                .allSatisfy(
                        method -> assertThat(tried).contains(method.descriptor().id()));
    }

    @Test
    void eachStartsAndLearnsAndLeavesTheCodesAlone() throws Exception {
        forFirst(NF4, (model, adapter, setting, contract) -> {
            float[] base = TinyTask.logits(model, Hooks.NONE);
            if (contract.startsAsBase()) {
                assertThat(TensorEngine.distance(base, TinyTask.logits(model, adapter.hooks())))
                        .as(setting.toString())
                        .isLessThanOrEqualTo(contract.startsAsBaseUpTo());
            }
            double[] losses = TinyTask.train(model, adapter, 10, contract.learningRate());
            assertThat(losses[9]).as(setting.toString()).isLessThan(losses[0]);
            assertThat(TinyTask.logits(model, Hooks.NONE)).isEqualTo(base);
        });
    }

    @Test
    void aTapeInSegmentsGivesTheGradientsOfOneTape() throws Exception {
        forAll(NF4, (model, adapter, setting, contract) -> {
            if (adapter instanceof OwnObjective) {
                return; // their terms come from inside the blocks, so they are trained on one tape
            }
            TinyTask.train(model, adapter, 1, contract.learningRate());
            adapter.train(true);
            var whole = gradients(model, adapter, false, 1);
            if (differ(whole, gradients(model, adapter, false, 2))) {
                return; // dropout; SegmentsTest shows that it is the same when a segment is computed again
            }
            var parts = gradients(model, adapter, true, 1);
            for (int i = 0; i < whole.size(); i++) {
                float[] got = parts.get(i);
                assertThat(TensorEngine.distance(got, whole.get(i)))
                        .as("%s, parameter %d", setting, i)
                        .isLessThan(1e-6);
            }
        });
    }

    private static boolean differ(List<float[]> some, List<float[]> others) {
        for (int i = 0; i < some.size(); i++) {
            if (TensorEngine.distance(some.get(i), others.get(i)) > 0) {
                return true;
            }
        }
        return false;
    }

    private static List<float[]> gradients(Network model, Adapter adapter, boolean segments, long seed) {
        Engine.seed(seed);
        var parameters = List.copyOf(adapter.parameters().values());
        try (var scope = Scope.open();
                var tape = segments ? Tape.inSegments() : Tape.open()) {
            return tape.gradients(TinyTask.loss(model, adapter.hooks()), parameters).stream()
                    .map(Tensor::toFloats)
                    .toList();
        }
    }

    @Test
    void foldedIntoTheDenseFormOfTheBaseItGivesTheSame() throws Exception {
        forAll(INT8, (model, adapter, setting, contract) -> {
            if (adapter instanceof Mergeable mergeable) {
                TinyTask.train(model, adapter, 3, contract.learningRate());
                try (var scope = Scope.open()) {
                    var folded = new LinkedHashMap<String, Tensor>();
                    mergeable.foldedNames().forEach(name -> folded.put(name, mergeable.folded(name)));
                    assertThat(TensorEngine.distance(
                                    TinyTask.logits(model, new Folded(folded)),
                                    TinyTask.logits(model, adapter.hooks())))
                            .as(setting.toString())
                            .isLessThan(1e-4);
                }
            }
        });
    }

    /** The base with some tensors of its own replaced. */
    private record Folded(Map<String, Tensor> tensors) implements Hooks {
        @Override
        public Tensor linear(LinearSite site, Tensor x) {
            Tensor weight = tensors.getOrDefault(site.path() + ".weight", site.weight());
            return Kernels.call("own_linear", x, weight, bias(site.path(), site.bias()));
        }

        @Override
        public Tensor norm(NormSite site, Tensor x) {
            Tensor weight = tensors.getOrDefault(site.path() + ".weight", site.weight());
            Tensor bias = bias(site.path(), null);
            return site.bias() == null && bias != null
                    ? site.with(x, weight, null).add(bias)
                    : site.with(x, weight, bias(site.path(), site.bias()));
        }

        @Override
        public Tensor embedding(EmbeddingSite site, Tensor ids) {
            return Kernels.call("embed", ids, tensors.getOrDefault(site.path() + ".weight", site.weight()));
        }

        private @Nullable Tensor bias(String path, @Nullable Tensor base) {
            Tensor own = tensors.get(path + ".bias");
            return own == null ? base : own;
        }
    }

    @Test
    void itsFolderIsReadAgainOnABaseOfTheSameForm(@TempDir Path folder) throws Exception {
        var number = new int[1];
        forFirst(NF4, (model, adapter, setting, contract) -> {
            TinyTask.train(model, adapter, 1, contract.learningRate());
            Path own = folder.resolve(String.valueOf(number[0]++));
            java.nio.file.Files.createDirectories(own);
            AdapterFolder.save(adapter, own, "tiny");
            try (var again = AdapterFolder.load(model, own)) {
                assertThat(TensorEngine.distance(
                                TinyTask.logits(model, again.hooks()), TinyTask.logits(model, adapter.hooks())))
                        .as(setting.toString())
                        .isLessThan(1e-5);
            }
        });
    }

    @Test
    void entriesCannotBeSwitchedInPlaceOnIt() {
        try (var model = TinyTask.model(NF4);
                var adapter = (SparseDelta) methods.attach(model, Map.of("method", "shira", "rank", 1), 1);
                var scope = Scope.open()) {
            assertThatThrownBy(() -> Scatter.into(model, adapter, 1))
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.code()).isEqualTo("quantised_base"))
                    .hasMessageContaining("nf4-g8-double");
        }
    }
}
