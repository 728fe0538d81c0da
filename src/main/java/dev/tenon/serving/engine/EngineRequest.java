package dev.tenon.serving.engine;

/**
 * One sequence to generate.
 *
 * @param prompt token ids, at least one
 * @param maxTokens the most tokens to follow
 * @param adapter held by the caller until the sink hears the end
 * @param tenant among whom the machine is shared fairly
 * @param scope what must agree, beside the tokens, for keys and values to be shared: the content of base and adapter
 */
public record EngineRequest(
        int[] prompt, int maxTokens, EngineAdapter adapter, String tenant, String scope, TokenSink sink) {
    /** Positions that the whole sequence may come to. */
    int longest() {
        return adapter.prefixLength() + prompt.length + maxTokens;
    }
}
