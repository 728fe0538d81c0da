package dev.tenon.model.llama;

import dev.tenon.model.CausalModel;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LogitsRoom;
import dev.tenon.model.LowRankGradients;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.MixedHooks;
import dev.tenon.model.Mixing;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.RowTokens;
import dev.tenon.model.Sequences;
import dev.tenon.model.Site;
import dev.tenon.model.SiteGroup;
import dev.tenon.model.Span;
import dev.tenon.model.StepPlan;
import dev.tenon.model.VirtualTokens;
import dev.tenon.model.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A Llama-type decoder with resident, frozen weights. */
final class LlamaModel implements CausalModel, LowRankGradients {
    private final DecoderConfig config;
    private final Device device;
    private final DType type;
    private final Scope weights;
    private final EmbeddingSite embedding;
    private final List<DecoderBlock> blocks = new ArrayList<>();
    private final NormSite finalNorm;
    private final OutputSite output;
    private final LinearSite head;
    private final Tensor frequencies;
    private final Map<String, Site> sites;
    /** Null where a matrix is kept in a form that the kernel does not know. */
    final @Nullable WholeStep whole;

    LlamaModel(DecoderConfig config, Weights source, Device device, DType type) {
        this.config = config;
        this.device = device;
        this.type = type;
        this.weights = Scope.detached();
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
        whole = wholeStep();
    }

    /** A model with some other tensors, which belong to their owner. */
    private LlamaModel(LlamaModel base, OtherTensors other) {
        weights = other.owner();
        config = base.config;
        device = base.device;
        type = base.type;
        frequencies = base.frequencies;
        output = base.output;
        embedding = other.embedding(base.embedding);
        base.blocks.forEach(block -> blocks.add(block.with(other)));
        finalNorm = other.norm(base.finalNorm);
        head = other.linear(base.head);
        sites = collectSites();
        whole = wholeStep();
    }

    private @Nullable WholeStep wholeStep() {
        boolean dense = blocks.stream()
                .flatMap(block -> block.linears().stream())
                .allMatch(site -> site.matrix().form() == null);
        return dense ? new WholeStep(config, embedding.weight(), blocks, finalNorm, head, frequencies) : null;
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
    public List<SiteGroup> groups() {
        var groups = new ArrayList<SiteGroup>();
        for (var block : blocks) {
            groups.add(new SiteGroup(block.projections().sites()));
            groups.add(new SiteGroup(List.of(block.output())));
            groups.add(new SiteGroup(block.gating().sites()));
            groups.add(new SiteGroup(List.of(block.down())));
        }
        groups.add(new SiteGroup(List.of(head)));
        return groups;
    }

    @Override
    public @Nullable CausalModel with(Map<String, Tensor> tensors) {
        var other = new OtherTensors(tensors, Scope.detached());
        if (!other.suit(sites)) {
            return null;
        }
        try (var scope = Scope.open()) {
            return new LlamaModel(this, other);
        } catch (RuntimeException e) {
            other.owner().close();
            throw e;
        }
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
    public void open(int row, KvCache cache, Hooks hooks) {
        int length = hooks.prefixLength();
        if (length == 0) {
            return;
        }
        try (var scope = Scope.open()) {
            if (hooks.virtualTokens() != null) {
                long[] virtual = LongStream.range(0, length).map(i -> -1 - i).toArray();
                step(List.of(new RowTokens(row, virtual, hooks, 0)), cache, MixedHooks::of);
            } else {
                CachedAttention.writePrefix(blocks, cache, row, hooks);
            }
        }
    }

    @Override
    public int tokensUpdatedWhereTheyAre() {
        return whole != null && whole.onHost() != null ? Integer.MAX_VALUE : tokensOnCard();
    }

    private int tokensOnCard() {
        var card = whole == null ? null : whole.onCard();
        return card == null ? 0 : card.most();
    }

    @Override
    public Tensor step(List<RowTokens> rows, KvCache cache, Mixing mixing, @Nullable LogitsRoom room) {
        if (rows.stream().allMatch(row -> row.hooks().ownModel() == null)) {
            return stepOwn(rows, cache, mixing, room);
        }
        return StepParts.<CausalModel>by(
                        rows, row -> Objects.requireNonNullElse(row.hooks().ownModel(), this))
                .logits((model, part) -> model == this
                        ? stepOwn(part, cache, mixing, null)
                        : model.step(part.stream().map(RowTokens::bare).toList(), cache, mixing));
    }

    private Tensor stepOwn(List<RowTokens> rows, KvCache cache, Mixing mixing, @Nullable LogitsRoom room) {
        int tokens = rows.stream().mapToInt(row -> row.ids().length).sum();
        Tensor apart = tokens > tokensOnCard() ? apart(rows, cache, mixing, 1) : null;
        return apart == null ? together(rows, cache, mixing, room) : apart;
    }

    /** Rows of at most so many tokens that a card's own kernels take, and the others beside them; null without both. */
    private @Nullable Tensor apart(List<RowTokens> rows, KvCache cache, Mixing mixing, int longest) {
        if (tokensOnCard() == 0) {
            return null;
        }
        var parts = StepParts.by(rows, row -> isAlike(row, mixing, longest));
        return parts.areSeveral() ? parts.logits((alike, part) -> together(part, cache, mixing, null)) : null;
    }

    /** Whether a row has few tokens, all of them words, with at most low-rank updates. */
    private static boolean isAlike(RowTokens row, Mixing mixing, int longest) {
        if (row.ids().length > longest || Arrays.stream(row.ids()).anyMatch(id -> id < 0)) {
            return false;
        }
        Hooks own = mixing.over(List.of(new Span(0, row.ids().length, row.hooks())));
        return own == Hooks.NONE || own.updatesOnly() != null;
    }

    private Tensor together(List<RowTokens> rows, KvCache cache, Mixing mixing, @Nullable LogitsRoom room) {
        var plan = new StepPlan(rows, cache);
        Hooks body = mixing.over(plan.spans());
        var updates = body == Hooks.NONE ? new RankUpdates(null, List.of()) : body.updatesOnly();
        if (updates != null && whole != null && WholeStep.takes(plan)) {
            Tensor logits = whole.logits(plan, updates, room);
            plan.commit();
            return logits;
        }
        boolean few = plan.ids().length <= tokensOnCard();
        Tensor apart = apart(rows, cache, mixing, few ? plan.ids().length : 1);
        return apart == null ? byBlocks(plan, body, mixing) : apart;
    }

    private Tensor byBlocks(StepPlan plan, Hooks body, Mixing mixing) {
        var attention = new CachedAttention(config, plan, device, type);
        Tensor hidden = run(embedded(plan, body), plan.positions(), attention, body, null);
        plan.commit();
        long[] lasts = plan.lasts();
        Tensor last = hidden.select(0, Tensors.of(lasts, device, lasts.length));
        return lasts.length == 0 ? last : logits(last, mixing.over(plan.lastSpans()));
    }

    /** Embeds the tokens of a step; those of negative id are virtual tokens of their row. */
    private Tensor embedded(StepPlan plan, Hooks body) {
        long[] ids = plan.ids();
        Tensor words = embedded(Arrays.stream(ids).map(id -> Math.max(id, 0)).toArray(), body);
        for (Span span : plan.spans()) {
            if (ids[span.start()] < 0) {
                long first = -1 - ids[span.start()];
                long count = Arrays.stream(ids, span.start(), span.start() + span.count())
                        .filter(id -> id < 0)
                        .count();
                Tensor virtual = Objects.requireNonNull(span.hooks().virtualTokens());
                words.slice(0, span.start(), span.start() + count).copyFrom(virtual.slice(0, first, first + count));
            }
        }
        return words;
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
            x = Tape.segment(x, input -> block.forward(input, rotary, attention, hooks));
        }
        if (states != null) {
            states.add(x);
        }
        return hooks.output(output, hooks.norm(finalNorm, x));
    }

    @Override
    public void close() {
        if (whole != null) {
            whole.close();
        }
        weights.close();
    }
}
