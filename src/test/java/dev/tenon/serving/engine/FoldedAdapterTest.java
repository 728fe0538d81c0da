package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.model.KvCache;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Ledger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Adapters folded into copies of what they change: the same answers, their own bytes, and a base that stays as it is. */
class FoldedAdapterTest extends OnTinyDecoder {
    private static final int TOKENS = 10;

    /** Every method that can be folded, as far as its standard settings suit a model this small, and some settings. */
    private static List<Map<String, Object>> settings() {
        var all = new ArrayList<Map<String, Object>>();
        all.add(Map.of("method", "lora", "rank", 4, "use_dora", true));
        all.add(Map.of("method", "lora", "rank", 2, "target_modules", List.of("q_proj"), "bias", "all"));
        all.add(Map.of("method", "lora", "rank", 2, "modules_to_save", List.of("lm_head", "embed_tokens")));
        Methods.scan()
                .all()
                .forEach(method -> all.add(Map.of("method", method.descriptor().id())));
        return all;
    }

    @Test
    void foldedAnswersAreThoseOfTheAdapterInOneBatchWithTheBase() {
        long before = Ledger.liveTensors();
        long page = KvCache.pageBytes(model.config(), model.type());
        var tried = new ArrayList<String>();
        var settings = new EngineSettings(3, 100, 16, 30 * page, 1 << 20);
        try (var engine = new Batcher(model, settings, EngineListener.NONE, "test")) {
            var alone = answer(engine, EngineAdapter.NONE);
            for (var chosen : settings()) {
                if (compare(engine, chosen, alone)) {
                    tried.add(chosen.get("method") + "");
                }
            }
        }
        assertThat(tried).contains("lora", "ia3", "ssf", "bitfit", "lntuning", "adalora", "dylora", "shira");
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }

    /** Where the base's matrices are kept in another form, those that the adapter changes are dense in its copy. */
    @Test
    void foldedAnswersAreThoseOfTheAdapterOnABaseOfFewerBits() {
        var form = new Quantisation(Quantisation.Format.INT8, false, Quantisation.Grain.GROUP, 64, false);
        var lora = Map.<String, Object>of("method", "lora", "rank", 4, "target_modules", List.of("q_proj", "up_proj"));
        var settings = new EngineSettings(3, 100, 16, 1 << 22, 1 << 20);
        try (var base = Models.load(Path.of("src/main/resources/models/tenon-base-7m"), Device.cpu(), DType.F32, form);
                var served = EngineAdapter.of(base, TinyDecoder.adapter(base, lora, 3, 0.1), "served");
                var folded = EngineAdapter.folded(base, (Mergeable) TinyDecoder.adapter(base, lora, 3, 0.1), "folded");
                var engine = new Batcher(base, settings, EngineListener.NONE, "test")) {
            var config = base.config();
            long outs = (long) config.heads() * config.headSize() + config.intermediate();
            assertThat(folded.bytes()).isEqualTo(4 * config.layers() * config.hidden() * outs);
            assertThat(folded.hooks().ownModel()).isNotNull();
            var bare = answer(engine, EngineAdapter.NONE);
            var expected = answer(engine, served);
            assertThat(TensorEngine.distance(bare.logits.getFirst(), expected.logits.getFirst()))
                    .isGreaterThan(1e-2);
            assertSame(expected, answer(engine, folded), lora);
        }
    }

    private static boolean compare(Batcher engine, Map<String, Object> settings, GreedySink base) {
        Adapter adapter;
        try {
            adapter = TinyDecoder.adapter(model, settings, 3, 0.1);
        } catch (Problem unsuited) {
            return false;
        }
        if (!(adapter instanceof Mergeable)) {
            adapter.close();
            return false;
        }
        var copy = (Mergeable) TinyDecoder.adapter(model, settings, 3, 0.1);
        long changed = copy.foldedNames().stream()
                .mapToLong(name -> BaseTensors.find(model, name) == null
                        ? 0
                        : BaseTensors.require(model, name).bytes())
                .sum();
        boolean newToNorms = copy.foldedNames().stream().anyMatch(name -> name.endsWith("norm.bias"));
        try (var served = EngineAdapter.of(model, adapter, settings + "");
                var folded = EngineAdapter.folded(model, copy, settings + " folded")) {
            var expected = answer(engine, served);
            var together = new ArrayList<GreedySink>();
            for (var one : List.of(folded, EngineAdapter.NONE, folded)) {
                together.add(submit(engine, one));
            }
            assertSame(expected, together.get(0).await(), settings);
            assertSame(base, together.get(1).await(), settings);
            assertSame(expected, together.get(2).await(), settings);
            assertThat(folded.bytes()).as(settings + "").isGreaterThanOrEqualTo(changed);
            assertThat(folded.isPooled()).isFalse();
            assertThat(folded.hooks().ownModel() == null).as(settings + "").isEqualTo(newToNorms);
        }
        return true;
    }

    private static void assertSame(GreedySink expected, GreedySink found, Map<String, Object> settings) {
        assertThat(found.failure).as(settings + "").isNull();
        assertThat(found.tokens).as(settings + "").isEqualTo(expected.tokens);
        for (int i = 0; i < TOKENS; i++) {
            assertThat(TensorEngine.distance(found.logits.get(i), expected.logits.get(i)))
                    .as(settings + "")
                    .isLessThan(1e-4);
        }
    }

    private static GreedySink answer(Batcher engine, EngineAdapter adapter) {
        return submit(engine, adapter).await();
    }

    private static GreedySink submit(Batcher engine, EngineAdapter adapter) {
        int[] prompt =
                new SplittableRandom(8).ints(20, 0, TinyDecoder.VOCABULARY).toArray();
        var sink = new GreedySink(TOKENS);
        engine.submit(new EngineRequest(prompt, TOKENS, adapter, "t", adapter.key(), sink));
        return sink;
    }
}
