package dev.tenon.model.encoder;

import dev.tenon.model.AttentionSite;
import dev.tenon.model.BranchSite;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;

/**
 * One post-norm block: {@code h = norm(x + attention(x))}, then {@code norm(h + outer(gelu(inner(h))))} (Devlin et al.
 * 2019).
 */
record EncoderBlock(
        LinearSite query,
        LinearSite key,
        LinearSite value,
        AttentionSite attention,
        LinearSite output,
        BranchSite attentionBranch,
        NormSite attentionNorm,
        LinearSite inner,
        LinearSite outer,
        BranchSite forwardBranch,
        NormSite forwardNorm,
        String activation) {

    static EncoderBlock load(int layer, EncoderReader read) {
        EncoderConfig config = read.config();
        EncoderNames names = read.names();
        String path = names.block(layer);
        int hidden = config.hidden();
        return new EncoderBlock(
                read.linear(path + names.query(), layer, hidden, hidden),
                read.linear(path + names.key(), layer, hidden, hidden),
                read.linear(path + names.value(), layer, hidden, hidden),
                attention(layer, config, names),
                read.linear(path + names.attentionOutput(), layer, hidden, hidden),
                new BranchSite(path + names.attentionBranch(), layer, hidden),
                read.norm(path + names.attentionNorm(), layer),
                read.linear(path + names.inner(), layer, hidden, config.intermediate()),
                read.linear(path + names.outer(), layer, config.intermediate(), hidden),
                new BranchSite(path + names.forwardBranch(), layer, hidden),
                read.norm(path + names.forwardNorm(), layer),
                config.activation());
    }

    static AttentionSite attention(int layer, ModelConfig config, EncoderNames names) {
        return new AttentionSite(names.block(layer) + names.attention(), layer, config.heads(), config.headSize());
    }

    List<Site> sites() {
        return List.of(
                query,
                key,
                value,
                attention,
                output,
                attentionBranch,
                attentionNorm,
                inner,
                outer,
                forwardBranch,
                forwardNorm);
    }

    /** {@code [tokens, hidden]} to the same. */
    Tensor forward(Tensor x, PartsAttention attending, Hooks hooks) {
        Tensor q = heads(hooks.linear(query, x));
        Tensor k = heads(hooks.linear(key, x));
        Tensor v = heads(hooks.linear(value, x));
        Tensor mixed = hooks.linear(output, attending.attend(attention, q, k, v));
        Tensor middle = hooks.residual(attentionBranch, x.add(hooks.branch(attentionBranch, x, mixed)));
        Tensor h = hooks.norm(attentionNorm, middle);
        Tensor wide = Kernels.call(activation, hooks.linear(inner, h));
        Tensor out = hooks.branch(forwardBranch, h, hooks.linear(outer, wide));
        return hooks.norm(forwardNorm, hooks.residual(forwardBranch, h.add(out)));
    }

    private Tensor heads(Tensor flat) {
        return Kernels.call("split_heads", flat, attention.size());
    }
}
