package dev.tenon.job;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Methods;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.ModelOutline;
import dev.tenon.training.Hyperparameters;
import dev.tenon.training.MemoryEstimate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What the methods are and come to on a base, and which suit a need. */
@Component
public class MethodAdvice {
    private static final int USUAL_EXAMPLES = 1000;
    private static final int USUAL_LENGTH = 1024;

    private final Methods methods;
    private final BaseModelApi bases;
    private final WorkerNodes workers;
    private final Map<String, Set<String>> places;

    MethodAdvice(Methods methods, BaseModelApi bases, WorkerNodes workers, JsonMapper json) {
        this.methods = methods;
        this.bases = bases;
        this.workers = workers;
        try (var file = new ClassPathResource("methods/places.json").getInputStream()) {
            this.places = json.readValue(file, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One method that was recommended, and why. */
    public record Recommendation(MethodCard card, MethodFigures figures, int score, List<String> reasons) {}

    /** All methods, by id. */
    public List<MethodCard> cards() {
        return methods.all().stream().map(this::card).toList();
    }

    /**
     * One method.
     *
     * @throws Problem 404 when there is none of this id
     */
    public MethodCard card(String id) {
        return methods.all().stream()
                .filter(method -> method.descriptor().id().equals(id))
                .map(this::card)
                .findFirst()
                .orElseThrow(
                        () -> Problem.notFound("method", "method_not_found", "There is no method '%s'.".formatted(id)));
    }

    private MethodCard card(AdapterMethod<?> method) {
        String id = method.descriptor().id();
        return new MethodCard(method.descriptor(), methods.capabilities(id), places.getOrDefault(id, Set.of()));
    }

    /** What a method's standard settings come to on a base; nothing where they do not fit it. */
    public Optional<MethodFigures> figures(String id, BaseModelView base) {
        return figures(methods.require(id), base);
    }

    private <C extends Record> Optional<MethodFigures> figures(AdapterMethod<C> method, BaseModelView base) {
        if (!method.suits(base.config())) {
            return Optional.empty();
        }
        try {
            var config = method.configType()
                    .cast(methods.parse(
                            Map.of(Methods.METHOD, method.descriptor().id())));
            var outline = ModelOutline.of(base.config());
            long trainable = method.parameterCount(outline, config);
            var settings = Hyperparameters.resolve(
                    null,
                    null,
                    null,
                    0L,
                    USUAL_EXAMPLES,
                    JobTasks.examplesSeen(base.config()),
                    Math.min(base.config().maxPositions(), USUAL_LENGTH),
                    method.learningRate(base.config().hidden()));
            var memory =
                    MemoryEstimate.of(base.config(), method.trainedAtOnce(outline, config), settings, workers.anyGpu());
            return Optional.of(new MethodFigures(
                    trainable, (double) trainable / base.parameters(), trainable * Float.BYTES, memory.total()));
        } catch (Problem unfitting) {
            return Optional.empty();
        }
    }

    /**
     * The methods that fit a base, best first for a need.
     *
     * @throws Problem 404 when the base does not exist
     */
    public List<Recommendation> recommend(Tenant tenant, MethodNeed need) {
        var base = bases.require(tenant.orgId(), need.base());
        var fitting = new LinkedHashMap<MethodCard, MethodFigures>();
        for (var card : cards()) {
            figures(card.descriptor().id(), base).ifPresent(figures -> fitting.put(card, figures));
        }
        return MethodRanking.rank(fitting, need);
    }
}
