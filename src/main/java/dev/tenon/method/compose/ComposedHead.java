package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.compose.Workbench.Source;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The head that a composition of adapters has. Heads for different labels have no sum: it is the head of one part, or,
 * where the parameters of checkpoints are averaged, the mean of heads for the same labels.
 */
public final class ComposedHead {
    private ComposedHead() {}

    /**
     * Which part's head is kept, as far as that can be said without the heads' labels.
     *
     * @param names of all parts
     * @param headed numbers of the parts that have a head
     * @param named the part that was named, or null
     * @return its number, or null where none has a head or all may be averaged
     * @throws Problem 400 naming the field {@code head}
     */
    public static @Nullable Integer choose(
            List<String> names, List<Integer> headed, @Nullable String named, Recipe recipe) {
        if (named != null) {
            int chosen = names.indexOf(named);
            if (chosen < 0 || !headed.contains(chosen)) {
                throw Problem.invalid(
                        "head",
                        chosen < 0 ? "invalid_value" : "no_head",
                        "'head' is '%s', which is %s; %s."
                                .formatted(
                                        named,
                                        chosen < 0 ? "not among the parts" : "a part without a head",
                                        headed.isEmpty()
                                                ? "no part has one, so leave it out"
                                                : "possible are " + listed(names, headed)));
            }
            return chosen;
        }
        if (headed.isEmpty() || (recipe.averages() && headed.size() == names.size())) {
            return null;
        }
        if (headed.size() > 1) {
            throw ambiguous(listed(names, headed));
        }
        return headed.getFirst();
    }

    private static String listed(List<String> names, List<Integer> numbers) {
        return numbers.stream().map(names::get).collect(Collectors.joining(", "));
    }

    private static Problem ambiguous(String which) {
        return Problem.invalid(
                "head",
                "ambiguous_head",
                "'head' is missing: %s have heads for labels, of which one must be named to be kept.".formatted(which));
    }

    /** The head, which the caller closes; null where there is none. */
    static @Nullable TrainedHead of(Network model, List<Source> sources, Recipe recipe, @Nullable Integer chosen) {
        if (!(model instanceof EncoderModel encoder)) {
            return null;
        }
        if (chosen != null) {
            return TrainedHead.load(encoder, sources.get(chosen).folder());
        }
        var headed = IntStream.range(0, sources.size())
                .filter(i -> AdapterFolder.hasHead(sources.get(i).folder()))
                .boxed()
                .toList();
        if (headed.isEmpty()) {
            return null;
        }
        if (recipe.averages() && headed.size() == sources.size()) {
            return mean(encoder, sources);
        }
        var names = IntStream.range(0, sources.size())
                .mapToObj("parts[%d]"::formatted)
                .toList();
        Integer only = choose(names, headed, null, recipe);
        return TrainedHead.load(
                encoder, sources.get(Objects.requireNonNull(only)).folder());
    }

    private static TrainedHead mean(EncoderModel model, List<Source> sources) {
        double total = sources.stream().mapToDouble(Source::weight).sum();
        var heads = new ArrayList<TrainedHead>();
        try {
            for (Source source : sources) {
                heads.add(Objects.requireNonNull(TrainedHead.load(model, source.folder())));
            }
            var first = heads.getFirst().head();
            if (!heads.stream()
                    .allMatch(head -> head.head().form().equals(first.form())
                            && head.head().labels().equals(first.labels()))) {
                throw ambiguous("the parts");
            }
            var mean = heads.removeFirst();
            average(mean, heads, sources, total);
            return mean;
        } finally {
            heads.forEach(TrainedHead::close);
        }
    }

    private static void average(TrainedHead mean, List<TrainedHead> others, List<Source> sources, double total) {
        try (var scope = Scope.open()) {
            mean.parameters().forEach((name, place) -> {
                Tensor sum = place.detach().mul(sources.getFirst().weight() / total);
                for (int i = 0; i < others.size(); i++) {
                    Tensor value =
                            Objects.requireNonNull(others.get(i).parameters().get(name));
                    sum = sum.add(value.detach().mul(sources.get(i + 1).weight() / total));
                }
                place.detach().copyFrom(sum);
            });
        }
    }
}
