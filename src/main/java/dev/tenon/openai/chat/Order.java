package dev.tenon.openai.chat;

import dev.tenon.serving.GenerationRequest;
import java.util.List;

/**
 * One HTTP request for text: {@code n} answers to each prompt, streamed or whole.
 *
 * @param echo completions only: the prompt's own text comes first
 */
record Order(
        String model, List<GenerationRequest> prompts, int n, boolean stream, boolean includeUsage, List<String> echo) {

    int choices() {
        return prompts.size() * n;
    }

    /** The request behind a choice; choices of one prompt differ in their seed only. */
    GenerationRequest request(int choice) {
        var request = prompts.get(choice / n);
        var seed = request.sampling().seed();
        int turn = choice % n;
        return seed == null || turn == 0
                ? request
                : new GenerationRequest(
                        request.model(), request.prompt(), request.sampling().withSeed(seed + turn));
    }

    String echoOf(int choice) {
        return echo.isEmpty() ? "" : echo.get(choice / n);
    }
}
