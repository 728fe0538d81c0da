package dev.tenon.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One example for an encoder. */
public sealed interface LabelledExample {
    /**
     * A text and its class.
     *
     * @param label null where the file has texts alone
     */
    record Labelled(String text, @Nullable String label) implements LabelledExample {
        @Override
        public long characters() {
            return text.length();
        }
    }

    /** The words of a sentence and a tag for each. */
    record Tagged(List<String> words, List<String> tags) implements LabelledExample {
        public Tagged {
            words = List.copyOf(words);
            tags = List.copyOf(tags);
        }

        @Override
        public long characters() {
            return words.stream().mapToLong(word -> word.length() + 1).sum();
        }
    }

    /** Length of its text, in UTF-16 units. */
    long characters();
}
