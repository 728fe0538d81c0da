package dev.tenon.model;

/** A named place of a model that an adapter may touch. */
public sealed interface Site permits LinearSite, NormSite, EmbeddingSite, AttentionSite, BranchSite, OutputSite {
    /** The Hugging Face module path, for example {@code model.layers.0.self_attn.q_proj}. */
    String path();

    /** The block it lies in, −1 outside the blocks. */
    int layer();

    /** The last part of the path, for example {@code q_proj}. */
    default String name() {
        return path().substring(path().lastIndexOf('.') + 1);
    }
}
