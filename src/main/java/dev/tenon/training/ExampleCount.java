package dev.tenon.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The examples of a training file, in the tokens of a base.
 *
 * @param tokens of all, each cut to the longest length
 * @param cut examples that are longer and still have something to learn from
 * @param cutLines where the first of them stand
 * @param idle examples of which nothing is left that could be learnt
 * @param idleLines where the first of them stand
 */
public record ExampleCount(long examples, long tokens, long cut, List<Long> cutLines, long idle, List<Long> idleLines) {
    private static final int NAMED = 5;

    public ExampleCount {
        cutLines = List.copyOf(cutLines);
        idleLines = List.copyOf(idleLines);
    }

    /**
     * Counts as training does.
     *
     * @param base folder with the configuration and the tokenizer of a model; its weights are not needed
     * @param longest tokens after which an example is cut
     */
    public static ExampleCount of(Path file, Path base, int longest) throws IOException {
        try (var source = DocumentSource.of(file, base, List.of(), longest)) {
            var counting = new Counting();
            source.read(file, counting);
            return counting.count();
        }
    }

    private static final class Counting implements DocumentSource.Taker {
        private final List<Long> cutLines = new ArrayList<>();
        private final List<Long> idleLines = new ArrayList<>();
        private long examples;
        private long tokens;
        private long cut;
        private long idle;

        @Override
        public void take(long line, Document document, boolean truncated) {
            examples++;
            if (document.count() == 0) {
                idle++;
                note(idleLines, line);
                return;
            }
            tokens += document.ids().length;
            if (truncated) {
                cut++;
                note(cutLines, line);
            }
        }

        private static void note(List<Long> lines, long line) {
            if (lines.size() < NAMED) {
                lines.add(line);
            }
        }

        ExampleCount count() {
            return new ExampleCount(examples, tokens, cut, cutLines, idle, idleLines);
        }
    }
}
