package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Truncatable;
import dev.tenon.method.Tuned;
import dev.tenon.method.compose.Part;
import dev.tenon.method.compose.WeightedSum;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.engine.EngineAdapter;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads adapters from the registry and makes of them, cut and summed as a request names them, what the engine runs. */
@Component
class AdapterLoader {
    private final RegistryApi registry;

    AdapterLoader(RegistryApi registry) {
        this.registry = registry;
    }

    /**
     * What a composition adds to a base, verified.
     *
     * @param key names the content
     * @param room is asked for as soon as the files tell how much it takes
     * @throws Problem 400 naming the part that cannot be summed, or cannot be cut to its rank, and what is possible
     */
    EngineAdapter load(ResidentModel base, Composition composition, String key, LeasedCache.Reservation room) {
        CausalModel model = base.model();
        var folders = composition.parts().stream()
                .map(part -> registry.materialise(part.version().id()))
                .toList();
        room.resize(folders.stream().mapToLong(AdapterBytes::of).sum());
        var parts = new ArrayList<Part>();
        Hooks hooks;
        boolean single = composition.parts().size() == 1
                && composition.parts().getFirst().weight() == 1;
        try {
            for (int i = 0; i < folders.size(); i++) {
                var part = composition.parts().get(i);
                parts.add(new Part(adapter(model, folders.get(i), part), part.weight()));
            }
            hooks = single ? parts.getFirst().adapter().hooks() : sum(composition, parts);
            // what was trained here has shown its effect, and a sum's parts may well cancel out
            boolean proven = !composition.isPlain()
                    || !composition.parts().getFirst().version().proof().isEmpty();
            base.verification().require(hooks, proven);
            // the engine keeps its own type and one rank for all layers, so that only now it is known what it will hold
            room.resize(EngineAdapter.bytesOf(model, hooks, tensors(parts)));
        } catch (RuntimeException e) {
            close(parts);
            throw e;
        }
        if (single) {
            return EngineAdapter.of(model, parts.getFirst().adapter(), key);
        }
        return EngineAdapter.of(model, hooks, tensors(parts), key, () -> close(parts));
    }

    private static List<Tensor> tensors(List<Part> parts) {
        return parts.stream().flatMap(part -> part.adapter().tensors().stream()).toList();
    }

    /**
     * One version folded into copies of what it changes, verified.
     *
     * @throws Problem 400 where no change of the base's weights can express it
     */
    EngineAdapter fused(ResidentModel base, Composition composition, String key, LeasedCache.Reservation room) {
        var part = composition.parts().getFirst();
        var folder = registry.materialise(part.version().id());
        Adapter adapter = adapter(base.model(), folder, part);
        try {
            var mergeable = mergeable(adapter, composition);
            room.resize(EngineAdapter.foldedBytes(base.model(), mergeable));
            base.verification().require(adapter.hooks(), !part.version().proof().isEmpty());
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
        return EngineAdapter.folded(base.model(), mergeable(adapter, composition), key);
    }

    private static Mergeable mergeable(Adapter adapter, Composition composition) {
        if (adapter instanceof Mergeable mergeable) {
            return mergeable;
        }
        throw Problem.invalid(
                "mode",
                "not_mergeable",
                "'%s' does something that no change of the base's weights can express, so that it cannot be fused."
                        .formatted(composition.name()));
    }

    private static void close(List<Part> parts) {
        parts.forEach(part -> part.adapter().close());
    }

    private static Adapter adapter(CausalModel model, Path folder, ResolvedModel.Part part) {
        return cut(AdapterFolder.load(model, folder), part);
    }

    /** An adapter and its head with the ranks that a part names; what it was made of is used up. */
    static Tuned cut(Tuned whole, ResolvedModel.Part part) {
        try {
            return new Tuned(cut(whole.adapter(), part), whole.head());
        } catch (RuntimeException e) {
            whole.close();
            throw e;
        }
    }

    private static Adapter cut(Adapter whole, ResolvedModel.Part part) {
        Integer rank = part.rank();
        if (rank == null) {
            return whole;
        }
        try (whole) {
            return first(rank, whole, part);
        }
    }

    private static Adapter first(int rank, Adapter whole, ResolvedModel.Part part) {
        if (!(whole instanceof Truncatable truncatable)) {
            throw Composition.notTruncatable(part);
        }
        Composition.requireRank(part, truncatable.ranks());
        return truncatable.truncated(rank);
    }

    private static Hooks sum(Composition composition, List<Part> parts) {
        for (int i = 0; i < parts.size(); i++) {
            try {
                WeightedSum.of(List.of(parts.get(i)));
            } catch (Problem problem) {
                throw Problem.invalid(
                        "model",
                        code(problem.code()),
                        "'%s' cannot be a part of a composition: %s"
                                .formatted(Composition.name(composition.parts().get(i)), problem.message()));
            }
        }
        return WeightedSum.of(parts);
    }

    private static String code(@Nullable String code) {
        return code == null ? "not_composable" : code;
    }
}
