package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.ModelConfig;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * PEFT's files of methods that learn a prompt: the one tensor {@code prompt_embeddings} has a row for each virtual token,
 * and the settings say what the prompt is made for.
 *
 * @param tokenDim width that the base gives to a token
 * @param heads heads of the base that the width is split into
 * @param layers blocks of the base
 */
public record PromptFile(int tokenDim, int heads, int layers) {
    private static final String TENSOR = "prompt_embeddings";
    private static final String WIDTH = "token_dim";
    private static final String HEADS = "num_attention_heads";
    private static final String LAYERS = "num_layers";
    private static final String PARTS = "num_transformer_submodules";
    private static final String TOKENS = "num_virtual_tokens";

    /** Of prompts that stand among the embeddings. */
    public static PromptFile ofEmbeddings(ModelConfig base) {
        return new PromptFile(base.hidden(), base.heads(), base.layers());
    }

    /** Of prompts that stand among keys and values; PEFT then counts the heads of those. */
    public static PromptFile ofKeyValues(ModelConfig base) {
        return new PromptFile(base.keyValueHeads() * base.headSize(), base.keyValueHeads(), base.layers());
    }

    /**
     * Settings of a file, to be read on.
     *
     * @throws Problem 400 where the prompt is made for a base of another shape
     */
    public PeftSettings settings(String method, Map<String, Object> settings) {
        require(settings, WIDTH, tokenDim);
        require(settings, HEADS, heads);
        require(settings, LAYERS, layers);
        require(settings, PARTS, 1);
        return new PeftSettings(method, settings)
                .skip(WIDTH)
                .skip(HEADS)
                .skip(LAYERS)
                .skip(PARTS)
                .same(TOKENS);
    }

    private static void require(Map<String, Object> settings, String name, int expected) {
        Object value = settings.get(name);
        if (value != null && !value.equals(expected)) {
            throw Problem.invalid(
                    "file",
                    "wrong_base",
                    "'%s' has %s = %s; this base asks for %d."
                            .formatted(AdapterFolder.SETTINGS, name, value, expected));
        }
    }

    /** The settings that every such file begins with, to be completed and written. */
    public Map<String, Object> begin(String peftType, String baseName, int tokens) {
        var peft = PeftSettings.begin(peftType, baseName);
        peft.put(TOKENS, tokens);
        peft.put(WIDTH, tokenDim);
        peft.put(HEADS, heads);
        peft.put(LAYERS, layers);
        peft.put(PARTS, 1);
        return peft;
    }

    /**
     * The prompt of a folder, float32 on the CPU in the current scope.
     *
     * @throws Problem 400 where it is missing, has another shape or is not alone
     */
    public static Tensor read(Path folder, long tokens, long width) {
        try (var tensors = AdapterTensors.open(folder)) {
            Tensor prompt = tensors.take(TENSOR, tokens, width);
            tensors.requireAllTaken();
            return prompt;
        }
    }

    /** Writes a prompt {@code [tokens, width]} into an existing folder. */
    public static void write(Tensor prompt, Path folder) {
        try (var scope = Scope.open()) {
            AdapterTensors.write(folder, Map.of(TENSOR, prompt));
        }
    }
}
