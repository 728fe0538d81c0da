package dev.tenon.model.llama;

import dev.tenon.model.AttentionSite;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.model.Weights;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;

/**
 * One pre-norm block: {@code x + attention(norm(x))}, then {@code x + down(silu(gate(h)) · up(h))} with {@code h =
 * norm(x)} (Touvron et al. 2023).
 */
record DecoderBlock(
        int layer,
        NormSite inputNorm,
        LinearSite query,
        LinearSite key,
        LinearSite value,
        AttentionSite attention,
        LinearSite output,
        BranchSite attentionBranch,
        NormSite forwardNorm,
        LinearSite gate,
        LinearSite up,
        LinearSite down,
        BranchSite forwardBranch) {

    static DecoderBlock load(int layer, DecoderConfig config, Weights weights, Scope owner) {
        String path = "model.layers." + layer + ".";
        var read = new SiteReader(path, layer, config, weights, owner);
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        return new DecoderBlock(
                layer,
                read.norm("input_layernorm"),
                read.linear("self_attn.q_proj", config.hidden(), queries, config.queryBias()),
                read.linear("self_attn.k_proj", config.hidden(), keys, config.queryBias()),
                read.linear("self_attn.v_proj", config.hidden(), keys, config.queryBias()),
                attention(layer, config),
                read.linear("self_attn.o_proj", queries, config.hidden(), config.outputBias()),
                new BranchSite(path + "self_attn", layer, config.hidden()),
                read.norm("post_attention_layernorm"),
                read.linear("mlp.gate_proj", config.hidden(), config.intermediate(), config.feedForwardBias()),
                read.linear("mlp.up_proj", config.hidden(), config.intermediate(), config.feedForwardBias()),
                read.linear("mlp.down_proj", config.intermediate(), config.hidden(), config.feedForwardBias()),
                new BranchSite(path + "mlp", layer, config.hidden()));
    }

    static AttentionSite attention(int layer, ModelConfig config) {
        return new AttentionSite(
                "model.layers." + layer + ".self_attn.attention", layer, config.keyValueHeads(), config.headSize());
    }

    List<Site> sites() {
        return List.of(
                inputNorm, query, key, value, attention, output, attentionBranch, forwardNorm, gate, up, down, forwardBranch);
    }

    /** The linear sites in the order of the gradient kernels: q, k, v, o, gate, up, down. */
    List<LinearSite> linears() {
        return List.of(query, key, value, output, gate, up, down);
    }

    /** {@code [tokens, hidden]} to the same; {@code rotary} holds cosines and signed sines {@code [tokens, 1, size]}. */
    Tensor forward(Tensor x, List<Tensor> rotary, Attention attending, Hooks hooks) {
        Tensor h = hooks.norm(inputNorm, x);
        Tensor q = rotated(hooks.linear(query, h), rotary);
        Tensor k = rotated(hooks.linear(key, h), rotary);
        Tensor v = Kernels.call(
                "split_heads", hooks.linear(value, h), rotary.getFirst().size(-1));
        Tensor mixed = hooks.linear(output, attending.attend(layer, q, k, v));
        Tensor middle = hooks.residual(attentionBranch, x.add(hooks.branch(attentionBranch, h, mixed)));
        Tensor g = hooks.norm(forwardNorm, middle);
        Tensor inner = Kernels.call("gated_silu", hooks.linear(gate, g), hooks.linear(up, g));
        Tensor out = hooks.branch(forwardBranch, g, hooks.linear(down, inner));
        return hooks.residual(forwardBranch, middle.add(out));
    }

    private static Tensor rotated(Tensor flat, List<Tensor> rotary) {
        return Kernels.call("split_and_rotate", flat, rotary.getFirst(), rotary.getLast());
    }
}
