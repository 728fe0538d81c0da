package dev.tenon.text;

import dev.tenon.text.ChatTemplate.Piece;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where in a rendered conversation each assistant answer lies, its end-of-turn token included. */
final class AssistantSpans {
    private final List<Piece> pieces;
    private final Tokenizer tokenizer;
    private final Set<Integer> stopIds;
    private final String text;

    /** Characters {@code from} up to {@code to} of the joined text. */
    record Span(int from, int to) {}

    AssistantSpans(List<Piece> pieces, Tokenizer tokenizer, Set<Integer> stopIds) {
        this.pieces = pieces;
        this.tokenizer = tokenizer;
        this.stopIds = stopIds;
        this.text = joined(pieces);
    }

    /**
     * The span of message {@code index}, null when the template left it out.
     *
     * @param header the conversation before it, ready to be answered; where the rendering begins with exactly that, the
     *     answer starts there: a blank before it, or the frame that the template puts around a tool call, are the
     *     model's to say
     */
    @Nullable
    Span of(int index, List<Piece> header) {
        int at = 0;
        int from = -1;
        int to = -1;
        int last = -1;
        for (int i = 0; i < pieces.size(); i++) {
            int end = at + pieces.get(i).text().length();
            if (pieces.get(i).message() == index) {
                from = from < 0 ? at : from;
                to = end;
                last = i;
            }
            at = end;
        }
        if (from < 0) {
            return null;
        }
        return new Span(start(from, header), to + ending(last));
    }

    private int start(int from, List<Piece> header) {
        var before = joined(header);
        if (!before.isEmpty() && before.length() <= from && text.startsWith(before)) {
            return before.length();
        }
        int start = from;
        while (start > 0 && text.charAt(start - 1) == ' ') {
            start--;
        }
        return start;
    }

    /** How much of the template's text behind the answer belongs to it: up to its end-of-turn token, or nothing. */
    private int ending(int last) {
        if (last + 1 >= pieces.size() || pieces.get(last + 1).fromUser()) {
            return 0;
        }
        var after = pieces.get(last + 1).text();
        var token = tokenizer.firstSpecial(after);
        return token != null && stopIds.contains(token.id())
                ? after.indexOf(token.content()) + token.content().length()
                : 0;
    }

    private static String joined(List<Piece> pieces) {
        return pieces.stream().map(Piece::text).collect(Collectors.joining());
    }
}
