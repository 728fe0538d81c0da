package dev.tenon.text;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model's tokenizer: text to token ids and back. Safe for use by several threads. */
public final class Tokenizer implements AutoCloseable {

    /** Reads {@code tokenizer.json} and, where present, {@code tokenizer_config.json} and {@code config.json}. */
    public static Tokenizer load(Path modelDirectory) {
        throw new UnsupportedOperationException(modelDirectory.toString());
    }

    /** Encodes plain text: strings that spell a special token become ordinary tokens; nothing is added. */
    public int[] encode(String text) {
        throw new UnsupportedOperationException();
    }

    /** Encodes a rendered template: the template's own pieces may hold special tokens, the user's never do. */
    public int[] encodeTemplate(List<ChatTemplate.Piece> pieces) {
        throw new UnsupportedOperationException();
    }

    /** Turns ids into text, with or without the special tokens among them. */
    public String decode(int[] ids, boolean skipSpecial) {
        throw new UnsupportedOperationException();
    }

    /** The number of token ids, added tokens included. */
    public int vocabularySize() {
        throw new UnsupportedOperationException();
    }

    /** The id of a token by its exact spelling in the vocabulary, or null. */
    public @Nullable Integer id(String token) {
        throw new UnsupportedOperationException();
    }

    /** The begin, end and padding tokens. */
    public SpecialTokens special() {
        throw new UnsupportedOperationException();
    }

    /** A fresh decoder for one streamed answer; it leaves special tokens out. */
    public StreamDecoder stream() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
