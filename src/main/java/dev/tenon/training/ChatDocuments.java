package dev.tenon.training;

import dev.tenon.text.ChatFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Conversations and completions for a decoder.
 *
 * @param longest tokens after which an example is cut
 */
record ChatDocuments(ChatFormat format, int longest) implements DocumentSource {
    @Override
    public TaskFile task() {
        return TaskFile.GENERATION;
    }

    @Override
    public void read(Path file, Taker taker) throws IOException {
        try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                var tokens = format.trainingLine(line);
                int length = Math.min(longest, tokens.ids().length);
                taker.take(
                        number,
                        Document.next(Arrays.copyOf(tokens.ids(), length), Arrays.copyOf(tokens.trained(), length)),
                        length < tokens.ids().length);
            }
        }
    }

    @Override
    public void close() {
        format.close();
    }
}
