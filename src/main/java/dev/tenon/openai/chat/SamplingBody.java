package dev.tenon.openai.chat;

import dev.tenon.openai.wire.Body;
import dev.tenon.openai.wire.Metadata;
import dev.tenon.serving.OutputFormat;
import dev.tenon.serving.Penalties;
import dev.tenon.serving.Sampling;
import dev.tenon.serving.Truncation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The sampling fields that chat and plain completions share; each within its range or refused by name. */
final class SamplingBody {
    private static final int CHOICES = 128;
    private static final int STOPS = 4;
    private static final int STOP_LENGTH = 256;
    private static final int BIASES = 1024;
    private static final int TOP_K = 1 << 20;

    private SamplingBody() {}

    static Sampling read(Body body, @Nullable Integer maxTokens, int logprobs, @Nullable OutputFormat format) {
        // neither changes an answer, but both have their limits
        Metadata.read(body);
        body.text("user", 0, 512);
        return new Sampling(
                or(body.number("temperature", 0, 2), 1),
                new Truncation(topK(body), topP(body), or(body.number("min_p", 0, 1), 0)),
                new Penalties(
                        or(body.number("presence_penalty", -2, 2), 0),
                        or(body.number("frequency_penalty", -2, 2), 0),
                        or(body.number("repetition_penalty", 0.01, 10), 1)),
                bias(body),
                maxTokens,
                body.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                stops(body),
                logprobs,
                format);
    }

    static int choices(Body body, int prompts) {
        int n = Objects.requireNonNullElse(body.smallInteger("n", 1, CHOICES), 1);
        if (n * prompts > CHOICES) {
            throw body.refuse(
                    "n",
                    "invalid_value",
                    "'n' for each of %d prompts makes %d choices; one request may have %d."
                            .formatted(prompts, n * prompts, CHOICES));
        }
        return n;
    }

    static boolean includeUsage(Body body, boolean stream) {
        var options = body.object("stream_options");
        if (options == null) {
            return false;
        }
        if (!stream) {
            throw body.refuse(
                    "stream_options", "invalid_value", "'stream_options' is only allowed with 'stream': true.");
        }
        return options.flag("include_usage");
    }

    static double or(@Nullable Double given, double otherwise) {
        return given == null ? otherwise : given;
    }

    /** Other servers write "all" as 0 or as -1. */
    static int topK(Body body) {
        return Math.max(0, Objects.requireNonNullElse(body.smallInteger("top_k", -1, TOP_K), 0));
    }

    static double topP(Body body) {
        double p = or(body.number("top_p", 0, 1), 1);
        // 0 keeps the likeliest token only, as a vanishing mass does
        return Math.max(p, Double.MIN_NORMAL);
    }

    static List<String> stops(Body body) {
        var value = body.value("stop");
        if (value == null) {
            return List.of();
        }
        if (value.isString()) {
            return List.of(Objects.requireNonNull(body.text("stop", 1, STOP_LENGTH)));
        }
        if (!value.isArray()) {
            throw body.wrongType("stop", "a string or an array of up to %d strings".formatted(STOPS), value);
        }
        var stops = new ArrayList<String>();
        var items = Objects.requireNonNull(body.array("stop", STOPS));
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            var name = "stop[" + i + "]";
            if (!item.isString()) {
                throw body.wrongType(name, "a string", item);
            }
            if (item.asString().isEmpty() || item.asString().length() > STOP_LENGTH) {
                throw body.refuse(
                        name,
                        "invalid_value",
                        "'%s' must have 1 to %d characters.".formatted(body.at(name), STOP_LENGTH));
            }
            stops.add(item.asString());
        }
        return stops;
    }

    private static Map<Integer, Double> bias(Body body) {
        var biases = body.object("logit_bias");
        if (biases == null) {
            return Map.of();
        }
        var names = biases.names();
        if (names.size() > BIASES) {
            throw body.refuse(
                    "logit_bias",
                    "object_above_max_properties",
                    "'logit_bias' may name %d tokens, not %d.".formatted(BIASES, names.size()));
        }
        var map = new LinkedHashMap<Integer, Double>();
        for (var name : names) {
            if (!name.matches("[0-9]{1,9}")) {
                var shown = name.length() > 40 ? name.substring(0, 40) + "…" : name;
                throw biases.refuse(
                        shown,
                        "invalid_value",
                        "'%s': the keys of 'logit_bias' must be token ids, as \"42\" is.".formatted(biases.at(shown)));
            }
            var bias = biases.number(name, -100, 100);
            if (bias != null) {
                map.put(Integer.valueOf(name), bias);
            }
        }
        return map;
    }
}
