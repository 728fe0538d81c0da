package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.openai.wire.Body;
import dev.tenon.openai.wire.Values;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads which model is to answer: {@code adapter_id}, a sum of {@code merged_adapters}, or none. */
final class GenerateModel {
    /** Names have no slash, so that this can only be a version. */
    private static final Pattern VERSION = Pattern.compile("([A-Za-z0-9._-]+)/([0-9]{1,9})");

    private static final int MERGED = 64;
    private static final int NAME = 512;

    private GenerateModel() {}

    static String read(Body parameters, Supplier<String> base) {
        var id = parameters.text("adapter_id", 0, NAME);
        boolean named = id != null && !id.isBlank();
        // adapters are the caller's own: nothing is fetched with it
        parameters.text("api_token", 0, 4096);
        var merged = parameters.object("merged_adapters");
        if (merged != null && named) {
            throw parameters.refuse(
                    "merged_adapters",
                    "invalid_value",
                    "'parameters.adapter_id' and 'parameters.merged_adapters' each name a model; leave one of them out.");
        }
        return merged != null ? sum(merged) : named ? name(Objects.requireNonNull(id)) : base.get();
    }

    /**
     * The base model where no adapter is named.
     *
     * @param writers the names of those that write text
     */
    static String only(List<String> writers) {
        if (writers.size() == 1) {
            return writers.getFirst();
        }
        throw Problem.invalid(
                "parameters.adapter_id",
                "missing_required_parameter",
                writers.isEmpty()
                        ? "There is no base model that writes text; import one, or name an adapter in"
                                + " 'parameters.adapter_id'."
                        : "Name the model in 'parameters.adapter_id': there are %d base models that write text, %s%s."
                                .formatted(
                                        writers.size(),
                                        String.join(", ", writers.subList(0, Math.min(8, writers.size()))),
                                        writers.size() > 8 ? " and others" : ""));
    }

    /** {@code name/3} is {@code name@3}. */
    private static String name(String id) {
        var version = VERSION.matcher(id);
        return version.matches() ? version.group(1) + "@" + version.group(2) : id;
    }

    private static String sum(Body merged) {
        var strategy = merged.text("merge_strategy", 0, 64);
        if (strategy != null && !strategy.isEmpty() && !strategy.equals("linear")) {
            throw ChatBody.unsupported(
                    merged,
                    "merge_strategy",
                    "'%s' may only be 'linear' in a request. POST /api/v1/adapters/compose makes a version by ties, dare or dare_ties, which 'parameters.adapter_id' can name."
                            .formatted(merged.at("merge_strategy")));
        }
        var ids = merged.array("ids", MERGED);
        if (ids == null || ids.isEmpty()) {
            throw merged.missing("ids");
        }
        var weights = merged.array("weights", MERGED);
        if (weights == null || weights.size() != ids.size()) {
            throw merged.refuse(
                    "weights",
                    "invalid_value",
                    "'%s' must have one weight for each of the %d in 'ids'."
                            .formatted(merged.at("weights"), ids.size()));
        }
        var parts = new StringBuilder();
        for (int i = 0; i < ids.size(); i++) {
            parts.append(i == 0 ? "" : "+")
                    .append(part(merged, "ids[" + i + "]", ids.get(i)))
                    .append(':')
                    .append(weight(merged, "weights[" + i + "]", weights.get(i)));
        }
        return parts.toString();
    }

    private static String part(Body merged, String at, JsonNode id) {
        if (!id.isString()) {
            throw merged.wrongType(at, "a string", id);
        }
        var text = id.asString();
        if (text.isBlank() || text.length() > NAME || text.contains("+")) {
            throw merged.refuse(at, "invalid_value", "'%s' must be the name of one adapter.".formatted(merged.at(at)));
        }
        return name(text);
    }

    private static double weight(Body merged, String at, @Nullable JsonNode weight) {
        if (weight == null || !weight.isNumber()) {
            throw merged.refuse(at, "invalid_type", "'%s' must be a number.".formatted(merged.at(at)));
        }
        return ((Number) Objects.requireNonNull(Values.of(weight))).doubleValue();
    }
}
