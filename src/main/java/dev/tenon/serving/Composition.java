package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Composable;
import dev.tenon.method.Methods;
import dev.tenon.method.Ranks;
import dev.tenon.method.Truncatable;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.registry.ResolvedModel.Part;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The adapter versions that answer a request together, each with its weight and rank. Two names that mean the same sum
 * are the same composition: versions that are mentioned twice are one part, those whose weights cancel out are none, and
 * the order is that of their contents.
 */
public record Composition(List<Part> parts) {
    /** What a model's parts come to. */
    public static Composition of(List<Part> written) {
        var byContent = new TreeMap<String, Part>();
        for (Part part : written) {
            byContent.merge(
                    content(part),
                    part,
                    (one, more) -> new Part(one.version(), one.weight() + more.weight(), one.rank()));
        }
        return new Composition(
                byContent.values().stream().filter(part -> part.weight() != 0).toList());
    }

    private static String content(Part part) {
        return part.version().blobDigest() + (part.rank() == null ? "" : ":r" + part.rank());
    }

    /** Nothing is added to the base. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /** It is one version as it is stored. */
    boolean isPlain() {
        return parts.size() == 1
                && parts.getFirst().weight() == 1
                && parts.getFirst().rank() == null;
    }

    /** Changes exactly when what is added to the base does; empty where that is nothing. */
    public String digest() {
        if (isEmpty()) {
            return "";
        }
        if (isPlain()) {
            return parts.getFirst().version().blobDigest();
        }
        var text =
                parts.stream().map(part -> content(part) + ":" + part.weight()).collect(Collectors.joining("+"));
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Refuses, before anything is loaded, what the settings of the parts rule out.
     *
     * @throws Problem 400 naming the part that cannot be cut to its rank or cannot be summed, and what is possible, or
     *     those that need different forms of the base
     */
    public static void requirePossible(ResolvedModel model) {
        model.quantisation();
        for (var part : model.parts()) {
            if (part.rank() != null) {
                requireRank(part);
            }
        }
        var composition = of(model.parts());
        if (composition.parts().size() > 1 || composition.parts().stream().anyMatch(part -> part.weight() != 1)) {
            composition.parts().forEach(Composition::requireComposable);
        }
    }

    private static void requireRank(Part part) {
        var version = part.version();
        if (Methods.scan().lacks(version.methodId(), Truncatable.class)) {
            throw notTruncatable(part);
        }
        AdapterFolder.own(version.config())
                .filter(Ranks.class::isInstance)
                .ifPresent(own -> requireRank(part, (Ranks) own));
    }

    static void requireRank(Part part, Ranks possible) {
        int rank = Objects.requireNonNull(part.rank());
        if (rank < possible.leastRank() || rank > possible.mostRank()) {
            throw Problem.invalid(
                    "model",
                    "invalid_rank",
                    "'model' asks for '%s'; this adapter works with the ranks %d to %d."
                            .formatted(name(part), possible.leastRank(), possible.mostRank()));
        }
    }

    private static void requireComposable(Part part) {
        if (Methods.scan().lacks(part.version().methodId(), Composable.class)) {
            throw Problem.invalid(
                    "model",
                    "not_composable",
                    ("'%s' cannot be a part of a composition: the method '%s' does more than add to the outputs of linear"
                                    + " layers. Adapters of the methods %s can be summed; use this one alone, or merge it"
                                    + " into the base.")
                            .formatted(
                                    name(part),
                                    part.version().methodId(),
                                    String.join(", ", Methods.scan().able(Composable.class))));
        }
    }

    static Problem notTruncatable(Part part) {
        return Problem.invalid(
                "model",
                "not_truncatable",
                ("'model' asks for '%s'; this adapter of the method '%s' works only whole, so leave ':r%d' out."
                                + " Adapters that can be cut to a rank are those of the methods %s.")
                        .formatted(
                                name(part),
                                part.version().methodId(),
                                part.rank(),
                                String.join(", ", Methods.scan().able(Truncatable.class))));
    }

    /** For people: {@code name@3}, or {@code name@3:r4:0.7+other@1:0.3}. */
    String name() {
        return isPlain()
                ? name(parts.getFirst())
                : parts.stream().map(part -> name(part) + ":" + part.weight()).collect(Collectors.joining("+"));
    }

    /** For people: a part without its weight. */
    static String name(Part part) {
        var rank = part.rank() == null ? "" : ":r" + part.rank();
        return part.version().adapterName() + "@" + part.version().version() + rank;
    }

    /** Of all parts as they are stored. */
    long bytes() {
        return parts.stream().mapToLong(part -> part.version().bytes()).sum();
    }
}
