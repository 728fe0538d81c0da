package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.compose.Merging.Operation;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How adapters become one that is stored.
 *
 * @param operation {@code concatenate}, {@code average}, or the name of a {@link Operation}
 * @param density the part of each adapter's values that TIES and DARE keep
 * @param seed decides what DARE drops
 * @param rank of the result of a merge; 0 is whatever loses nothing
 * @param form of the result of a merge: {@code lora}, {@code delta} (the changed tensors themselves, which holds norms,
 *     biases and embeddings too), or {@code auto}, also where it is null: a LoRA where all parts are, otherwise the smaller
 *     one that loses nothing
 */
public record Recipe(
        String operation,
        double density,
        long seed,
        int rank,
        @Nullable String form) {
    static final String AUTO = "auto";
    static final String LORA = "lora";
    static final String DELTA = "delta";
    private static final List<String> FORMS = List.of(AUTO, LORA, DELTA);
    static final String CONCATENATE = "concatenate";
    static final String AVERAGE = "average";
    private static final int HIGHEST_RANK = 4096;

    public Recipe {
        if (!operation.equals(CONCATENATE) && !operation.equals(AVERAGE) && !isMerge(operation)) {
            throw Problem.invalid(
                    "operation",
                    "invalid_value",
                    ("'operation' is '%s' and must be one of %s. Scales, attention or routes between adapters are"
                                    + " trained: create a job whose 'adapter' names its 'sources'.")
                            .formatted(operation, operations()));
        }
        if (!(density > 0 && density <= 1)) {
            throw Problem.invalid(
                    "density",
                    "invalid_value",
                    "'density' is %s and must be above 0 and at most 1.".formatted(density));
        }
        if (rank < 0 || rank > HIGHEST_RANK) {
            throw Problem.invalid(
                    "rank",
                    "invalid_value",
                    "'rank' is %d and must be from 1 to %d, or left out for one that loses nothing."
                            .formatted(rank, HIGHEST_RANK));
        }
        form = form == null ? AUTO : form;
        if (!FORMS.contains(form)) {
            throw Problem.invalid(
                    "form",
                    "invalid_value",
                    "'form' is '%s' and must be one of %s.".formatted(form, String.join(", ", FORMS)));
        }
        boolean fits = form.equals(AUTO)
                || (form.equals(LORA) && !operation.equals(AVERAGE))
                || (form.equals(DELTA) && isMerge(operation) && rank == 0);
        if (!fits) {
            throw Problem.invalid(
                    "form",
                    "invalid_value",
                    ("'form' is '%s', which the operation '%s'%s does not give: an average is what its parts are,"
                                    + " joined ranks are a LoRA, and only a LoRA has a 'rank'.")
                            .formatted(form, operation, rank > 0 ? " with a 'rank'" : ""));
        }
    }

    /** Whether the result is to be kept in this form. */
    boolean asks(String wanted) {
        return wanted.equals(form);
    }

    /** The names of all operations, as a sentence lists them. */
    public static String operations() {
        return String.join(", ", CONCATENATE, AVERAGE, Operation.names());
    }

    /** Whether parameters are averaged one by one, as those of a run's checkpoints. */
    public boolean averages() {
        return operation.equals(AVERAGE);
    }

    private static boolean isMerge(String operation) {
        return Arrays.stream(Operation.values()).anyMatch(value -> value.wire().equals(operation));
    }

    Merging merging() {
        var found = Arrays.stream(Operation.values())
                .filter(value -> value.wire().equals(operation))
                .findFirst();
        return new Merging(found.orElseThrow(), density, seed);
    }
}
