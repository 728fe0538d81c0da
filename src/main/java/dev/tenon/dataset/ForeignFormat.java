package dev.tenon.dataset;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Ways to write examples that other tools have and this one does not, told by their fields, and how to write the same here.
 *
 * @param name as people know it
 * @param fields that a line has in it
 * @param fix what to write instead
 */
record ForeignFormat(String name, Set<String> fields, String fix) {
    private static final ForeignFormat ALPACA = new ForeignFormat(
            "Alpaca's (instruction, input, output)",
            Set.of("instruction", "output"),
            "Write the instruction and its input as 'prompt' and the output as 'completion', or as 'messages' of a user and"
                    + " an assistant.");

    private static final ForeignFormat SHARE_GPT = new ForeignFormat(
            "ShareGPT's (conversations)",
            Set.of("conversations"),
            "Rename 'conversations' to 'messages', 'from' to 'role' (human is user, gpt is assistant) and 'value' to 'content'.");

    private static final ForeignFormat CHOSEN = new ForeignFormat(
            "the one of preferences with 'chosen' and 'rejected'",
            Set.of("chosen", "rejected"),
            "Write \"input\": {\"messages\": […]}, \"preferred_output\": […] and \"non_preferred_output\": […].");

    /** The format that a line has the fields of, which those of ours may stand beside; where it is known. */
    static Optional<ForeignFormat> of(Map<?, ?> example) {
        return Stream.of(ALPACA, SHARE_GPT, CHOSEN)
                .filter(format -> example.keySet().containsAll(format.fields()))
                .findFirst();
    }

    String field() {
        return fields.stream().sorted().findFirst().orElseThrow();
    }
}
