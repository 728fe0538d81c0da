package dev.tenon.model.llama;

import dev.tenon.model.CausalModel;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankGradients;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.model.Sequences;
import dev.tenon.model.Site;
import dev.tenon.model.VirtualTokens;
import dev.tenon.model.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Llama-type decoder with resident, frozen weights. */
final class LlamaModel implements CausalModel, LowRankGradients {
    private final DecoderConfig config;
    private final Device device;
    private final DType type;
    private final Scope weights = Scope.detached();
    private final EmbeddingSite embedding;
    private final List<DecoderBlock> blocks = new ArrayList<>();
    private final NormSite finalNorm;
    private final OutputSite output;
    private final LinearSite head;
    private final Tensor frequencies;
    private final Map<String, Site> sites;

    LlamaModel(DecoderConfig config, Weights source, Device device, DType type) {
        this.config = config;
        this.device = device;
        this.type = type;
        var read = new SiteReader("model.", -1, config, source, weights);
        var table = source.tensor("model.embed_tokens.weight", config.vocabulary(), config.hidden());
        embedding = new EmbeddingSite("model.embed_tokens", weights.own(table));
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(DecoderBlock.load(layer, config, source, weights));
        }
        finalNorm = read.norm("norm");
        output = new OutputSite("model.output", config.hidden());
        head = config.tiedHead()
                ? new LinearSite("lm_head", -1, config.hidden(), config.vocabulary(), embedding.weight(), null)
                : new SiteReader("", -1, config, source, weights)
                        .linear("lm_head", config.hidden(), config.vocabulary(), false);
        frequencies = weights.own(Tensors.of(config.rotary().frequencies(config.headSize()), config.headSize() / 2)
                .to(device));
        sites = collectSites();
    }

    private Map<String, Site> collectSites() {
        var found = new LinkedHashMap<String, Site>();
        found.put(embedding.path(), embedding);
        blocks.forEach(block -> block.sites().forEach(site -> found.put(site.path(), site)));
        found.put(finalNorm.path(), finalNorm);
        found.put(output.path(), output);
        found.put(head.path(), head);
        return Collections.unmodifiableMap(found);
    }

    @Override
    public DecoderConfig config() {
        return config;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public DType type() {
        return type;
    }

    @Override
    public Map<String, Site> sites() {
        return sites;
    }

    @Override
    public Tensor hidden(Sequences sequences, Hooks hooks) {
        return packed(sequences, hooks, null);
    }

    @Override
    public List<Tensor> hiddenStates(Sequences sequences, Hooks hooks) {
        var states = new ArrayList<Tensor>();
        packed(sequences, hooks, states);
        return states;
    }

    private Tensor packed(Sequences sequences, Hooks hooks, @Nullable List<Tensor> states) {
        Tensor words = embedded(sequences.ids(), hooks);
        Tensor virtual = hooks.virtualTokens();
        if (virtual == null) {
            long[] positions = Sequences.positions(sequences.lengths(), hooks.prefixLength());
            return run(words, positions, packing(sequences.lengths(), hooks), hooks, states);
        }
        var all = new VirtualTokens(virtual, sequences);
        long[] positions = Sequences.positions(all.lengths(), 0);
        Tensor hidden = run(all.before(words), positions, packing(all.lengths(), hooks), hooks, states);
        if (states != null) {
            states.replaceAll(all::without);
        }
        return all.without(hidden);
    }

    private PackedAttention packing(long[] lengths, Hooks hooks) {
        return new PackedAttention(
                config, lengths, layer -> hooks.prefix(blocks.get(layer).attention()));
    }

    private Tensor embedded(long[] ids, Hooks hooks) {
        return hooks.embedding(embedding, Tensors.of(ids, device, ids.length));
    }

    @Override
    public Tensor logits(Tensor hidden, Hooks hooks) {
        return hooks.linear(head, hidden);
    }

    @Override
    public KvCache cache(int rows, int capacity) {
        return new KvCache(config, device, type, rows, capacity);
    }

    @Override
    public Tensor step(int[] rows, long[][] tokens, KvCache cache, Hooks hooks) {
        var starts = new long[rows.length];
        var counts = new long[rows.length];
        var places = new long[rows.length];
        var lasts = new long[rows.length];
        int total = 0;
        for (int i = 0; i < rows.length; i++) {
            places[i] = rows[i];
            starts[i] = cache.length(rows[i]);
            counts[i] = tokens[i].length;
            cache.grow(rows[i], tokens[i].length);
            total += tokens[i].length;
            lasts[i] = total - 1;
        }
        var ids = new long[total];
        var positions = new long[total];
        int at = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < tokens[i].length; k++) {
                ids[at] = tokens[i][k];
                positions[at++] = starts[i] + k;
            }
        }
        var attention = new CachedAttention(config, cache, places, starts, counts);
        Tensor hidden = run(embedded(ids, hooks), positions, attention, hooks, null);
        Tensor last = total == rows.length ? hidden : hidden.select(0, Tensors.of(lasts, device, lasts.length));
        return logits(last, hooks);
    }

    @Override
    public boolean covers(Map<String, LowRankPair> pairs) {
        return pairs.keySet().stream()
                .allMatch(path -> sites.get(path) instanceof LinearSite site && site.layer() >= 0);
    }

    @Override
    public Pass forward(Sequences sequences, Map<String, LowRankPair> pairs) {
        var ids = Tensors.of(sequences.ids(), device, sequences.ids().length);
        return new LowRankPass(
                config,
                type,
                blocks,
                finalNorm,
                embedding.base(ids),
                sequences.lengths(),
                rotary(sequences.positions()),
                pairs);
    }

    private List<Tensor> rotary(long[] positions) {
        return Kernels.callList(
                "rotary_tables",
                Tensors.of(positions, device, positions.length),
                frequencies,
                config.rotary().magnitude(),
                type.code());
    }

    private Tensor run(
            Tensor embedded, long[] positions, Attention attention, Hooks hooks, @Nullable List<Tensor> states) {
        var rotary = rotary(positions);
        Tensor x = embedded;
        for (var block : blocks) {
            if (states != null) {
                states.add(x);
            }
            x = block.forward(x, rotary, attention, hooks);
        }
        if (states != null) {
            states.add(x);
        }
        return hooks.output(output, hooks.norm(finalNorm, x));
    }

    @Override
    public void close() {
        weights.close();
    }
}
