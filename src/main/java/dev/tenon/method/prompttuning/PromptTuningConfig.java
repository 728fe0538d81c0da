package dev.tenon.method.prompttuning;

import dev.tenon.core.Problem;
import dev.tenon.method.Setting;

/** The settings of prompt tuning, named as in PEFT's files. */
public record PromptTuningConfig(
        @Setting(
                title = "Virtual tokens",
                description = "How many learned tokens stand before every text. Each costs a position of the context.",
                value = "20",
                min = 1,
                max = 4096)
        int numVirtualTokens,

        @Setting(
                title = "Start",
                description = "How the tokens begin: as words drawn from the vocabulary (SAMPLE_VOCAB), as the words of"
                        + " the text below (TEXT), or as noise (RANDOM), which takes longest to learn.",
                value = "\"SAMPLE_VOCAB\"",
                choices = {SAMPLE_VOCAB, TEXT, RANDOM})
        String promptTuningInit,

        @Setting(
                title = "Text to start from",
                description = "A description of the task, repeated or cut to the number of tokens; for TEXT only.",
                value = "\"\"")
        String promptTuningInitText) {
    static final String SAMPLE_VOCAB = "SAMPLE_VOCAB";
    static final String TEXT = "TEXT";
    static final String RANDOM = "RANDOM";

    public PromptTuningConfig {
        if (promptTuningInit.equals(TEXT) == promptTuningInitText.isBlank()) {
            throw Problem.invalid(
                    "adapter.prompt_tuning_init_text",
                    "invalid_value",
                    "'adapter.prompt_tuning_init_text' goes with 'adapter.prompt_tuning_init' = TEXT: give both or"
                            + " neither.");
        }
    }

    boolean fromText() {
        return promptTuningInit.equals(TEXT);
    }
}
