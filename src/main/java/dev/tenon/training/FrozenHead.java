package dev.tenon.training;

import dev.tenon.method.Tuned;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The output layer {@code [vocabulary, hidden]} of a decoder that nothing adapts: loss and gradient in one go. */
record FrozenHead(LinearSite site, boolean onGpu) {
    private static final String PATH = "lm_head";
    private static final int CHUNK = 2048;
    private static final int CHUNK_ON_CPU = 512;

    /** Null where an adapter or a head of its own has a hand in the logits. */
    static @Nullable FrozenHead of(Network model, Tuned tuned) {
        return tuned.head() == null
                        && model instanceof CausalModel
                        && model.sites().get(PATH) instanceof LinearSite site
                        && site.bias() == null
                        && !tuned.adapter().matchedModules().contains(PATH)
                ? new FrozenHead(site, model.device().isGpu())
                : null;
    }

    /** Of hidden states {@code [targets, hidden]}: summed loss, right guesses, and the gradient of {@code weight · loss}. */
    List<Tensor> loss(Tensor rows, Tensor targets, double share) {
        return Kernels.callList(
                "head_loss", rows.detach(), site.weight(), targets, share, onGpu ? CHUNK : CHUNK_ON_CPU);
    }
}
