package dev.tenon.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** DJL's binding of the Hugging Face tokenizers, never truncating, never padding, never on the network. */
final class NativeTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer handle;

    static {
        standard("ai.djl.offline", "true");
        standard("OPT_OUT_TRACKING", "true");
        standard("RUST_FLAVOR", "cpu");
        if (System.getenv("DJL_CACHE_DIR") == null) {
            var home = System.getProperty("tenon.home", System.getProperty("user.home") + "/.tenon");
            standard("DJL_CACHE_DIR", Path.of(home, "cache", "djl").toString());
        }
    }

    private NativeTokenizer(HuggingFaceTokenizer handle) {
        this.handle = handle;
    }

    private static void standard(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    static NativeTokenizer of(String tokenizerJson) {
        var options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try (var in = new ByteArrayInputStream(tokenizerJson.getBytes(StandardCharsets.UTF_8))) {
            return new NativeTokenizer(HuggingFaceTokenizer.newInstance(in, options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Token ids with the place of each in the text, in UTF-16 units. */
    Encoded encode(String text) {
        var encoding = handle.encode(text, false, false);
        var ids = narrow(encoding.getIds());
        var starts = new int[ids.length];
        var ends = new int[ids.length];
        var spans = encoding.getCharTokenSpans();
        var units = text.length() == text.codePointCount(0, text.length()) ? null : unitsByPoint(text);
        for (int i = 0; i < ids.length; i++) {
            var span = spans[i];
            starts[i] = span == null ? 0 : units == null ? span.getStart() : units[span.getStart()];
            ends[i] = span == null ? starts[i] : units == null ? span.getEnd() : units[span.getEnd()];
        }
        return new Encoded(ids, starts, ends);
    }

    /** With the tokens that the tokenizer itself adds around a text. */
    int[] encodeWithAdded(String text) {
        return narrow(handle.encode(text, true, false).getIds());
    }

    String decode(int[] ids, boolean skipSpecial) {
        var wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return handle.decode(wide, skipSpecial);
    }

    private static int[] narrow(long[] ids) {
        var narrow = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            narrow[i] = Math.toIntExact(ids[i]);
        }
        return narrow;
    }

    private static int[] unitsByPoint(String text) {
        var units = new int[text.codePointCount(0, text.length()) + 1];
        int point = 0;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            units[point++] = at;
        }
        units[point] = text.length();
        return units;
    }

    @Override
    public void close() {
        handle.close();
    }
}
