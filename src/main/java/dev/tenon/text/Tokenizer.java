package dev.tenon.text;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A model's tokenizer: text to token ids and back. Safe for use by several threads. */
public final class Tokenizer implements AutoCloseable {
    private final NativeTokenizer whole;
    private final NativeTokenizer plain;
    private final NativeTokenizer continued;
    private final Map<String, Integer> vocabulary;
    private final Map<String, TokenizerFile.Added> specialByText = new HashMap<>();
    private final Map<Integer, String> specialById = new HashMap<>();
    private final @Nullable Pattern specialPattern;
    private final SpecialTokens special;
    private final int[] added;
    private final int size;
    private final TokenBytes bytes;

    private Tokenizer(TokenizerFile file, Path directory) {
        whole = NativeTokenizer.of(file.json());
        plain = NativeTokenizer.of(file.plainJson(false));
        continued = file.marksFirstStretch() ? NativeTokenizer.of(file.plainJson(true)) : plain;
        vocabulary = file.vocabulary();
        for (var token : file.added()) {
            if (token.special()) {
                specialByText.put(token.content(), token);
                specialById.put(token.id(), token.content());
            }
        }
        specialPattern = specialByText.isEmpty()
                ? null
                : Pattern.compile(specialByText.keySet().stream()
                        .sorted((a, b) -> b.length() - a.length())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|")));
        size = vocabulary.values().stream().mapToInt(i -> i + 1).max().orElse(0);
        bytes = new TokenBytes(this, file);
        special = declared(directory);
        added = addedBefore(directory);
    }

    /** Reads {@code tokenizer.json} and, where present, {@code tokenizer_config.json} and {@code config.json}. */
    public static Tokenizer load(Path modelDirectory) {
        return new Tokenizer(TokenizerFile.read(modelDirectory), modelDirectory);
    }

    private SpecialTokens declared(Path directory) {
        var config = TokenizerFile.object(directory, "tokenizer_config.json");
        var model = TokenizerFile.object(directory, "config.json");
        var bos = declared("bos_token", config, model);
        var eos = declared("eos_token", config, model);
        var pad = declared("pad_token", config, model);
        return new SpecialTokens(bos.text(), bos.id(), eos.text(), eos.id(), pad.text(), pad.id());
    }

    private record Declared(@Nullable String text, @Nullable Integer id) {}

    private Declared declared(String name, @Nullable JsonNode config, @Nullable JsonNode model) {
        var text = TokenizerFile.token(config, name);
        var id = text == null ? null : vocabulary.get(text);
        if (id == null && model != null && model.path(name + "_id").isInt()) {
            id = model.path(name + "_id").intValue();
            text = specialById.get(id);
        }
        return new Declared(text, id);
    }

    private int[] addedBefore(Path directory) {
        var config = TokenizerFile.object(directory, "tokenizer_config.json");
        if (config != null && config.path("add_bos_token").isBoolean() && special.bosId() != null) {
            return config.path("add_bos_token").booleanValue() ? new int[] {special.bosId()} : new int[0];
        }
        var around = whole.encodeWithAdded("");
        int count = 0;
        while (count < around.length && special.bosId() != null && around[count] == special.bosId()) {
            count++;
        }
        return java.util.Arrays.copyOf(around, count);
    }

    /** Encodes plain text: strings that spell a special token become ordinary tokens; nothing is added. */
    public int[] encode(String text) {
        return encodePlain(text, true).ids();
    }

    /** Encodes a rendered template: the template's own pieces may hold special tokens, the user's never do. */
    public int[] encodeTemplate(List<ChatTemplate.Piece> pieces) {
        return encodeMarked(pieces).ids();
    }

    /** As {@link #encodeTemplate}, with the place of each token in the joined text of all pieces. */
    Encoded encodeMarked(List<ChatTemplate.Piece> pieces) {
        var run = new StringBuilder();
        var out = new Encoded.Builder();
        int[] at = {0};
        boolean stripNext = false;
        boolean first = true;
        for (var piece : pieces) {
            int from = 0;
            var text = piece.text();
            var matcher = piece.fromUser() || specialPattern == null ? null : specialPattern.matcher(text);
            while (matcher != null && matcher.find()) {
                var token = java.util.Objects.requireNonNull(specialByText.get(matcher.group()));
                run.append(text, from, matcher.start());
                flush(run, stripNext, token.stripLeft(), first, at, out);
                out.add(token.id(), at[0], at[0] + token.content().length());
                at[0] += token.content().length();
                stripNext = token.stripRight();
                first = false;
                from = matcher.end();
            }
            run.append(text, from, text.length());
        }
        flush(run, stripNext, false, first, at, out);
        return out.build();
    }

    private void flush(
            StringBuilder run, boolean stripLeft, boolean stripRight, boolean first, int[] at, Encoded.Builder out) {
        var text = run.toString();
        int from = stripLeft ? text.length() - text.stripLeading().length() : 0;
        int to = stripRight ? Math.max(from, text.stripTrailing().length()) : text.length();
        if (from < to) {
            out.add(encodePlain(text.substring(from, to), first), at[0] + from);
        }
        at[0] += text.length();
        run.setLength(0);
    }

    /** No special token can come out: where a vocabulary still matches one, its text is cut after one character. */
    private Encoded encodePlain(String text, boolean first) {
        var encoded = (first ? plain : continued).encode(text);
        for (int i = 0; i < encoded.ids().length; i++) {
            var spelling = specialById.get(encoded.ids()[i]);
            int at = spelling == null ? -1 : text.indexOf(spelling);
            if (at >= 0 && java.util.Objects.requireNonNull(spelling).length() > 1) {
                var out = new Encoded.Builder();
                out.add(encodePlain(text.substring(0, at + 1), first), 0);
                out.add(encodePlain(text.substring(at + 1), false), at + 1);
                return out.build();
            }
        }
        return encoded;
    }

    /** Turns ids into text, with or without the special tokens among them. */
    public String decode(int[] ids, boolean skipSpecial) {
        return whole.decode(ids, skipSpecial);
    }

    /** The number of token ids, added tokens included. */
    public int vocabularySize() {
        return size;
    }

    /** What each id adds to a text, as bytes. */
    public TokenBytes bytes() {
        return bytes;
    }

    /** The id of a token by its exact spelling in the vocabulary, or null. */
    public @Nullable Integer id(String token) {
        return vocabulary.get(token);
    }

    /** Whether the id is one of the special tokens. */
    public boolean isSpecial(int id) {
        return specialById.containsKey(id);
    }

    /** The begin, end and padding tokens. */
    public SpecialTokens special() {
        return special;
    }

    /** What the tokenizer puts before a plain text by itself: the begin token, or nothing. */
    int[] addedBefore() {
        return added.clone();
    }

    /** With the tokens that the tokenizer itself puts around a text; in it, a text may spell special tokens. */
    int[] encodeWithAdded(String text) {
        return whole.encodeWithAdded(text);
    }

    /** The first special token in a piece of template text, or null. */
    TokenizerFile.@Nullable Added firstSpecial(String text) {
        var matcher = specialPattern == null ? null : specialPattern.matcher(text);
        return matcher != null && matcher.find() ? specialByText.get(matcher.group()) : null;
    }

    /** A fresh decoder for one streamed answer; it leaves special tokens out. */
    public StreamDecoder stream() {
        return new WindowDecoder(this);
    }

    @Override
    public void close() {
        whole.close();
        plain.close();
        if (continued != plain) {
            continued.close();
        }
    }
}
