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

    /** The same order of a model that cannot move between its choices; answers keep the name that was asked for. */
    Order pinned(String exactly) {
        var same = prompts.stream()
                .map(request -> new GenerationRequest(exactly, request.prompt(), request.sampling()))
                .toList();
        return new Order(model, same, n, stream, includeUsage, echo);
    }

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
