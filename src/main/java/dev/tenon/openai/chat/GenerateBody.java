package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.openai.wire.Body;
import dev.tenon.serving.GenerationRequest;
import dev.tenon.serving.OutputFormat;
import dev.tenon.serving.Penalties;
import dev.tenon.serving.Sampling;
import dev.tenon.serving.Truncation;
import dev.tenon.text.ChatMessage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code {"inputs", "parameters"}}, the request of LoRAX and Text Generation Inference. What would change the answer
 * but is not offered is refused unless it is neutral.
 */
final class GenerateBody {
    private static final int ALTERNATIVES = 20;
    private static final int TRUNCATE = 1 << 20;
    private static final Set<String> SOURCES = Set.of("hub", "local", "pbase");

    private GenerateBody() {}

    /**
     * Reads the whole body. Their Python clients, which speak to one address, tell it in {@code stream} how to answer, and
     * read a whole answer from an array; others leave it out and read an object.
     *
     * @param stream whether the path itself asks for one
     * @param base the model that answers where none is named
     */
    static GenerateOrder read(Body body, boolean stream, Supplier<String> base) {
        var inputs = body.requiredText("inputs", ChatBody.ALLOWANCE.bytes());
        var parameters = body.part("parameters");
        refuseWhatIsNotOffered(parameters);
        boolean streamed = body.flag("stream") || stream;
        boolean details = parameters.flag("details");
        var model = GenerateModel.read(parameters, base);
        var sampling = sampling(parameters, streamed || details);
        var request = new GenerationRequest(model, prompt(parameters, inputs), sampling);
        var echo = parameters.flag("return_full_text") ? List.of(inputs) : List.<String>of();
        return new GenerateOrder(
                new Order(model, List.of(request), 1, streamed, false, echo),
                details,
                body.has("stream"),
                parameters.at(parameters.has("merged_adapters") ? "merged_adapters" : "adapter_id"));
    }

    private static GenerationRequest.Prompt prompt(Body parameters, String inputs) {
        var truncate = parameters.smallInteger("truncate", 1, TRUNCATE);
        if (parameters.flag("apply_chat_template")) {
            if (truncate != null) {
                throw unsupported(parameters, "truncate", "has no effect on a chat template; leave one of them out.");
            }
            return new GenerationRequest.Chat(List.of(ChatMessage.of("user", inputs)), null);
        }
        return truncate == null ? new GenerationRequest.Text(inputs) : new GenerationRequest.Tail(inputs, truncate);
    }

    /** The likeliest tokens unless sampling is asked for, by name or by what shapes it; a temperature of 0 forbids it. */
    private static Sampling sampling(Body parameters, boolean tokens) {
        double temperature = SamplingBody.or(parameters.number("temperature", 0, 100), 1);
        int topK = SamplingBody.topK(parameters);
        double topP = SamplingBody.topP(parameters);
        boolean shaped = temperature != 1 || topK > 0 || topP < 1;
        boolean sampled = temperature > 0 && (parameters.flag("do_sample") || shaped);
        var seed = parameters.integer("seed", 0, Long.MAX_VALUE);
        int alternatives =
                Objects.requireNonNullElse(parameters.smallInteger("return_k_alternatives", 1, ALTERNATIVES), 0);
        var format = format(parameters);
        var stops = SamplingBody.stops(parameters);
        if (format != null && !stops.isEmpty()) {
            throw unsupported(parameters, "stop", "would cut the JSON that is asked for; leave one of the two out.");
        }
        double repetition = SamplingBody.or(parameters.number("repetition_penalty", 0.01, 10), 1);
        return new Sampling(
                sampled ? temperature : 0,
                sampled ? new Truncation(topK, topP, 0) : Truncation.NONE,
                new Penalties(0, 0, repetition),
                Map.of(),
                parameters.smallInteger("max_new_tokens", 1, Integer.MAX_VALUE),
                sampled ? seed(seed) : null,
                stops,
                tokens ? alternatives : -1,
                format);
    }

    /** The details tell it. */
    private static long seed(@Nullable Long given) {
        return given != null ? given : ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
    }

    private static @Nullable OutputFormat format(Body parameters) {
        var format = parameters.object("response_format");
        if (format == null) {
            return null;
        }
        var type = format.requiredText("type", 64);
        if (!type.equals("json_object")) {
            throw unsupported(format, "type", "may only be 'json_object', with or without a 'schema'.");
        }
        var schema = format.value("schema");
        return schema == null ? new OutputFormat.AnyObject() : new OutputFormat.Schema(schema);
    }

    private static void refuseWhatIsNotOffered(Body parameters) {
        for (var flag : List.of("watermark", "ignore_eos_token", "decoder_input_details")) {
            if (parameters.flag(flag)) {
                throw unsupported(parameters, flag, "may only be false.");
            }
        }
        var source = parameters.text("adapter_source", 0, 64);
        if (source != null && !source.isEmpty() && !SOURCES.contains(source)) {
            throw unsupported(
                    parameters,
                    "adapter_source",
                    "changes nothing where it is 'hub', 'local' or 'pbase', since adapters are those of /v1/models, and"
                            + " may not be another.");
        }
        neutral(parameters, "typical_p", 1, 0, 1, "use 'top_p'");
        neutral(parameters, "best_of", 1, 1, Integer.MAX_VALUE, "/v1/completions gives several answers, as 'n'");
        neutral(parameters, "frequency_penalty", 0, -2, 2, "use 'repetition_penalty'");
        neutral(parameters, "top_n_tokens", 0, 0, Integer.MAX_VALUE, "use 'return_k_alternatives'");
        if (parameters.has("grammar")) {
            throw unsupported(parameters, "grammar", "is not read; give a JSON Schema as 'response_format.schema'.");
        }
    }

    private static void neutral(Body parameters, String name, double neutral, double least, double most, String fix) {
        var given = parameters.number(name, least, most);
        if (given != null && given != neutral) {
            throw unsupported(parameters, name, "may only be %d: %s.".formatted((long) neutral, fix));
        }
    }

    private static Problem unsupported(Body body, String name, String message) {
        return ChatBody.unsupported(body, name, "'%s' %s".formatted(body.at(name), message));
    }
}
