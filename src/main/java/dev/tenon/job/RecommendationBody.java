package dev.tenon.job;

import dev.tenon.core.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A recommended method as JSON. */
@JsonNaming(SnakeCaseStrategy.class)
record RecommendationBody(
        String method,
        String title,
        int score,
        long trainableParameters,
        long adapterBytes,
        long memoryBytes,
        List<String> reasons) {

    /** What a client asks for; what it leaves out does not matter to it. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Asked(
            @Nullable String model,
            @Nullable Long examples,
            @Nullable Long memoryBytes,
            @Nullable String serving) {
        MethodNeed need() {
            if (model == null) {
                throw Problem.invalid("model", "missing_field", "'model' must name a base model.");
            }
            return new MethodNeed(
                    model, count("examples", examples, 1000), count("memory_bytes", memoryBytes, 0), kind());
        }

        private static long count(String field, @Nullable Long value, long otherwise) {
            if (value != null && value < 0) {
                throw Problem.invalid(field, "invalid_value", "'%s' must be at least 0.".formatted(field));
            }
            return value == null ? otherwise : value;
        }

        private MethodNeed.Serving kind() {
            if (serving == null) {
                return MethodNeed.Serving.ANY;
            }
            return Arrays.stream(MethodNeed.Serving.values())
                    .filter(each -> each.name().equalsIgnoreCase(serving))
                    .findFirst()
                    .orElseThrow(() -> Problem.invalid(
                            "serving",
                            "invalid_value",
                            "'serving' may be %s."
                                    .formatted(Arrays.stream(MethodNeed.Serving.values())
                                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                                            .collect(Collectors.joining(", ")))));
        }
    }

    static RecommendationBody of(MethodAdvice.Recommendation place) {
        var figures = place.figures();
        return new RecommendationBody(
                place.card().descriptor().id(),
                place.card().descriptor().title(),
                place.score(),
                figures.trainable(),
                figures.adapterBytes(),
                figures.memoryBytes(),
                place.reasons());
    }
}
