package dev.tenon.model.llama;

import dev.tenon.model.AttentionSite;
import dev.tenon.model.BranchSite;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.model.Weights;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * One pre-norm block: {@code x + attention(norm(x))}, then {@code x + down(silu(gate(h)) · up(h))} with {@code h =
 * norm(x)} (Touvron et al. 2023).
 */
record DecoderBlock(
        int layer,
        NormSite inputNorm,
        JoinedLinears projections,
        AttentionSite attention,
        LinearSite output,
        BranchSite attentionBranch,
        NormSite forwardNorm,
        JoinedLinears gating,
        LinearSite down,
        BranchSite forwardBranch) {

    static DecoderBlock load(int layer, DecoderConfig config, Weights weights, Scope owner) {
        String path = "model.layers." + layer + ".";
        var read = new SiteReader(path, layer, config, weights, owner);
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        var projections = new LinkedHashMap<String, Integer>();
        projections.put("self_attn.q_proj", queries);
        projections.put("self_attn.k_proj", keys);
        projections.put("self_attn.v_proj", keys);
        var gating = new LinkedHashMap<String, Integer>();
        gating.put("mlp.gate_proj", config.intermediate());
        gating.put("mlp.up_proj", config.intermediate());
        return new DecoderBlock(
                layer,
                read.norm("input_layernorm"),
                read.linears(config.hidden(), config.queryBias(), projections),
                attention(layer, config),
                read.linear("self_attn.o_proj", queries, config.hidden(), config.outputBias()),
                new BranchSite(path + "self_attn", layer, config.hidden()),
                read.norm("post_attention_layernorm"),
                read.linears(config.hidden(), config.feedForwardBias(), gating),
                read.linear("mlp.down_proj", config.intermediate(), config.hidden(), config.feedForwardBias()),
                new BranchSite(path + "mlp", layer, config.hidden()));
    }

    /** The same block, with other tensors where there are some. */
    DecoderBlock with(OtherTensors other) {
        return new DecoderBlock(
                layer,
                other.norm(inputNorm),
                other.linears(projections),
                attention,
                other.linear(output),
                attentionBranch,
                other.norm(forwardNorm),
                other.linears(gating),
                other.linear(down),
                forwardBranch);
    }

    static AttentionSite attention(int layer, ModelConfig config) {
        return new AttentionSite(
                "model.layers." + layer + ".self_attn.attention", layer, config.keyValueHeads(), config.headSize());
    }

    LinearSite query() {
        return projections.sites().get(0);
    }

    LinearSite key() {
        return projections.sites().get(1);
    }

    LinearSite value() {
        return projections.sites().get(2);
    }

    LinearSite gate() {
        return gating.sites().get(0);
    }

    LinearSite up() {
        return gating.sites().get(1);
    }

    List<Site> sites() {
        return List.of(
                inputNorm,
                query(),
                key(),
                value(),
                attention,
                output,
                attentionBranch,
                forwardNorm,
                gate(),
                up(),
                down,
                forwardBranch);
    }

    /** The linear sites in the order of the gradient kernels: q, k, v, o, gate, up, down. */
    List<LinearSite> linears() {
        return List.of(query(), key(), value(), output, gate(), up(), down);
    }

    /** {@code [tokens, hidden]} to the same; {@code rotary} holds cosines and signed sines {@code [tokens, 1, size]}. */
    Tensor forward(Tensor x, List<Tensor> rotary, Attention attending, Hooks hooks) {
        Tensor h = hooks.norm(inputNorm, x);
        Tensor q = rotated(hooks.linear(query(), h), rotary);
        Tensor k = rotated(hooks.linear(key(), h), rotary);
        Tensor v = Kernels.call(
                "split_heads", hooks.linear(value(), h), rotary.getFirst().size(-1));
        Tensor mixed = hooks.linear(output, attending.attend(layer, q, k, v));
        Tensor middle = hooks.residual(attentionBranch, x.add(hooks.branch(attentionBranch, h, mixed)));
        Tensor g = hooks.norm(forwardNorm, middle);
        Tensor inner = Kernels.call("gated_silu", hooks.linear(gate(), g), hooks.linear(up(), g));
        Tensor out = hooks.branch(forwardBranch, g, hooks.linear(down, inner));
        return hooks.residual(forwardBranch, middle.add(out));
    }

    private static Tensor rotated(Tensor flat, List<Tensor> rotary) {
        return Kernels.call("split_and_rotate", flat, rotary.getFirst(), rotary.getLast());
    }
}
