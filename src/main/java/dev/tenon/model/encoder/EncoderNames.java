package dev.tenon.model.encoder;

import dev.tenon.core.Problem;

/**
 * Where Hugging Face keeps the parts of an encoder.
 *
 * @param prefix name of the encoder inside a model with a head
 * @param blocks the list of blocks, below the prefix; the names up to {@code forwardBranch} are below a block
 * @param attention where queries meet keys; {@code attentionBranch} and {@code forwardBranch} are the two parts that are
 *     added to the residual stream
 * @param maskedBias the bias of the masked-token head, which stands apart from its matrix
 */
record EncoderNames(
        String prefix,
        String blocks,
        String query,
        String key,
        String value,
        String attention,
        String attentionOutput,
        String attentionBranch,
        String attentionNorm,
        String inner,
        String outer,
        String forwardBranch,
        String forwardNorm,
        String maskedDense,
        String maskedNorm,
        String maskedDecoder,
        String maskedBias) {

    private static final EncoderNames BERT = bert(
            "bert",
            "cls.predictions.transform.dense",
            "cls.predictions.transform.LayerNorm",
            "cls.predictions.decoder",
            "cls.predictions.bias");
    private static final EncoderNames ROBERTA =
            bert("roberta", "lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias");
    private static final EncoderNames DISTILBERT = new EncoderNames(
            "distilbert",
            "transformer.layer",
            "attention.q_lin",
            "attention.k_lin",
            "attention.v_lin",
            "attention.heads",
            "attention.out_lin",
            "attention",
            "sa_layer_norm",
            "ffn.lin1",
            "ffn.lin2",
            "ffn",
            "output_layer_norm",
            "vocab_transform",
            "vocab_layer_norm",
            "vocab_projector",
            "vocab_projector.bias");

    private static EncoderNames bert(String prefix, String dense, String norm, String decoder, String bias) {
        return new EncoderNames(
                prefix,
                "encoder.layer",
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.self",
                "attention.output.dense",
                "attention",
                "attention.output.LayerNorm",
                "intermediate.dense",
                "output.dense",
                "output",
                "output.LayerNorm",
                dense,
                norm,
                decoder,
                bias);
    }

    static EncoderNames of(String modelType) {
        return switch (modelType) {
            case "bert" -> BERT;
            case "roberta", "xlm-roberta" -> ROBERTA;
            case "distilbert" -> DISTILBERT;
            default ->
                throw Problem.invalid("file", "unsupported_architecture", "'%s' is no encoder.".formatted(modelType));
        };
    }

    /** A part of the encoder itself, for example {@code embeddings.LayerNorm}. */
    String inside(String name) {
        return prefix + "." + name;
    }

    String block(int layer) {
        return prefix + "." + blocks + "." + layer + ".";
    }

    String words() {
        return inside("embeddings.word_embeddings");
    }

    String positions() {
        return inside("embeddings.position_embeddings.weight");
    }

    String types() {
        return inside("embeddings.token_type_embeddings.weight");
    }

    String embeddingNorm() {
        return inside("embeddings.LayerNorm");
    }

    String pooler() {
        return inside("pooler.dense");
    }
}
