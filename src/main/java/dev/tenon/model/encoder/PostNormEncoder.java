package dev.tenon.model.encoder;

import dev.tenon.core.Problem;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.EncoderPart;
import dev.tenon.model.Head;
import dev.tenon.model.HeadForm;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.model.Sequences;
import dev.tenon.model.Site;
import dev.tenon.model.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An encoder of BERT's kind with resident, frozen weights. Every token is of the first type. */
final class PostNormEncoder implements EncoderModel {
    private final EncoderConfig config;
    private final Device device;
    private final DType type;
    private final Scope weights = Scope.detached();
    private final EmbeddingSite words;
    private final Tensor positions;
    private final @Nullable Tensor firstType;
    private final NormSite embeddingNorm;
    private final List<EncoderBlock> blocks = new ArrayList<>();
    private final OutputSite output;
    private final @Nullable LinearSite pooler;
    private final @Nullable MaskedHead masked;
    private final @Nullable Head ownHead;
    private final Map<String, Site> sites;

    PostNormEncoder(EncoderConfig config, Weights source, Device device, DType type) {
        this.config = config;
        this.device = device;
        this.type = type;
        var names = EncoderNames.of(config.family());
        var read = new EncoderReader(config, names, source, weights);
        int hidden = config.hidden();
        words = new EmbeddingSite(names.words(), read.tensor(names.words() + ".weight", config.vocabulary(), hidden));
        positions = read.tensor(names.positions(), config.firstPosition() + config.maxPositions(), hidden);
        firstType = config.typeVocabulary() == 0
                ? null
                : weights.own(read.tensor(names.types(), config.typeVocabulary(), hidden)
                        .slice(0, 0, 1)
                        .copy());
        embeddingNorm = read.norm(names.embeddingNorm(), -1);
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(EncoderBlock.load(layer, read));
        }
        output = new OutputSite(names.inside("output"), hidden);
        pooler = config.pooler() ? read.linear(names.pooler(), -1, hidden, hidden) : null;
        masked = config.head() == EncoderConfig.Top.MASKED ? MaskedHead.load(read, words) : null;
        var form = HeadForms.own(config);
        ownHead = form == null ? null : new Head(form, config.labels(), read.head(form));
        sites = collectSites();
    }

    private Map<String, Site> collectSites() {
        var all = new ArrayList<Site>(List.of(words, embeddingNorm));
        blocks.forEach(block -> all.addAll(block.sites()));
        all.add(output);
        if (pooler != null) {
            all.add(pooler);
        }
        if (masked != null) {
            all.addAll(masked.sites());
        }
        var found = new LinkedHashMap<String, Site>();
        all.forEach(site -> found.put(site.path(), site));
        return Collections.unmodifiableMap(found);
    }

    @Override
    public EncoderConfig config() {
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
    public HeadForm headForm(HeadForm.Task task, int labels) {
        return HeadForms.of(config, task, labels);
    }

    @Override
    public @Nullable Head ownHead() {
        return ownHead;
    }

    @Override
    public Tensor hidden(Sequences sequences, Hooks hooks) {
        return hidden(List.of(new EncoderPart(sequences, hooks)));
    }

    @Override
    public Tensor hidden(List<EncoderPart> parts) {
        return run(PackedParts.of(parts), null);
    }

    @Override
    public List<Tensor> hiddenStates(Sequences sequences, Hooks hooks) {
        var states = new ArrayList<Tensor>();
        run(PackedParts.of(List.of(new EncoderPart(sequences, hooks))), states);
        return states;
    }

    private Tensor run(PackedParts parts, @Nullable List<Tensor> states) {
        long[] ids = parts.ids();
        Hooks overWords = parts.overWords();
        Hooks hooks = parts.overAll();
        Tensor embedded = overWords.embedding(words, Tensors.of(ids, device, ids.length));
        Tensor x = hooks.norm(embeddingNorm, positioned(parts.withVirtual(embedded), parts));
        var attention = new PartsAttention(parts, Spread.of(parts.lengths(), device));
        for (var block : blocks) {
            if (states != null) {
                states.add(parts.words(x));
            }
            x = Tape.segment(x, input -> block.forward(input, attention, hooks));
        }
        Tensor last = parts.words(x);
        if (states != null) {
            states.add(last);
        }
        return overWords.output(output, last);
    }

    /** Adds the position and the type of every token. */
    private Tensor positioned(Tensor embedded, PackedParts parts) {
        long[] places = parts.positions(config);
        Tensor sum = embedded.add(Kernels.call("embed", Tensors.of(places, device, places.length), positions));
        return firstType == null ? sum : sum.add(firstType);
    }

    @Override
    public Tensor logits(Tensor hidden, Hooks hooks) {
        if (masked == null) {
            throw Problem.invalid(
                    "model",
                    "no_masked_head",
                    "The base model's checkpoint has no head for masked tokens; it can classify and tag.");
        }
        return masked.logits(hidden, hooks);
    }

    @Override
    public Tensor pooled(Tensor first, Hooks hooks) {
        return pooler == null ? first : Kernels.call("tanh", hooks.linear(pooler, first));
    }

    @Override
    public void close() {
        weights.close();
    }
}
