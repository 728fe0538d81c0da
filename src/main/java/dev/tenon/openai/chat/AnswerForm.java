package dev.tenon.openai.chat;

import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Piece;
import dev.tenon.serving.TokenLogprob;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How an answer is written: as chat messages, or as plain completions. */
interface AnswerForm {
    String idPrefix();

    /** The {@code object} of a whole answer. */
    String object();

    /** The {@code object} of a chunk of a stream. */
    String chunkObject();

    Map<String, @Nullable Object> choice(
            int index, String text, GenerationResult result, @Nullable List<TokenLogprob> logprobs);

    /** The first chunk of a choice, null where the form has none. */
    @Nullable
    Map<String, @Nullable Object> opening(int index);

    /** A stretch of the answer; {@code offset} is the number of characters of the choice before it. */
    Map<String, @Nullable Object> delta(int index, Piece piece, boolean logprobs, int offset);

    Map<String, @Nullable Object> closing(int index, GenerationResult result);

    static String word(GenerationResult result) {
        return switch (result.finishReason()) {
            case STOP -> "stop";
            case LENGTH -> "length";
        };
    }
}
