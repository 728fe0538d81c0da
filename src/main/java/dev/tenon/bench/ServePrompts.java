package dev.tenon.bench;

import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a benchmark asks.
 *
 * @param source of a prompt for each request, load after load
 * @param stops tokens that end an answer; none where answers shall have one length
 */
record ServePrompts(Supplier<List<int[]>> source, Set<Integer> stops) {
    /** Those of the next load. */
    List<int[]> ids() {
        return source.get();
    }

    /** Random tokens, which nobody has seen before. */
    static ServePrompts random(int requests, Lengths lengths, int vocabulary) {
        var random = new Random(1);
        return new ServePrompts(
                () -> IntStream.range(0, requests)
                        .mapToObj(i -> random.ints(lengths.drawn(random), 0, vocabulary)
                                .toArray())
                        .toList(),
                Set.of());
    }

    /** The same conversations of a chat file each time, each up to the question in its middle, in the model's own words. */
    static ServePrompts chats(Path model, Path file, int requests, int longest) {
        try (var format = ChatFormat.load(model);
                var lines = Files.lines(file)) {
            var json = new JsonMapper();
            var prompts = new ArrayList<int[]>();
            lines.map(line -> prompt(format, json, line))
                    .filter(ids -> ids.length <= longest)
                    .limit(requests)
                    .forEach(prompts::add);
            if (prompts.size() < requests) {
                throw new IllegalArgumentException(
                        "--chats has %d conversations of at most %d tokens, fewer than --requests"
                                .formatted(prompts.size(), longest));
            }
            return new ServePrompts(() -> prompts, Set.copyOf(format.stopIds()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] prompt(ChatFormat format, JsonMapper json, String line) {
        var chat = json.readValue(line, new TypeReference<Map<String, List<Map<String, Object>>>>() {});
        var messages = chat.getOrDefault("messages", List.of()).stream()
                .map(ChatMessage::of)
                .toList();
        int[] questions = IntStream.range(0, messages.size())
                .filter(i -> messages.get(i).role().equals("user"))
                .toArray();
        int last = questions.length == 0 ? messages.size() : questions[questions.length / 2] + 1;
        return format.prompt(messages.subList(0, last), null);
    }
}
