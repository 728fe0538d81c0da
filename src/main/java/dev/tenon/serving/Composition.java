package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.method.Methods;
import dev.tenon.method.Truncatable;
import dev.tenon.registry.ResolvedModel.Part;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
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
     * Refuses, before anything is loaded, ranks that no adapter of a part's method can be cut to.
     *
     * @throws Problem 400 naming the methods that can
     */
    public static void requireRanks(List<Part> written) {
        for (var part : written) {
            if (part.rank() != null && Methods.scan().lacks(part.version().methodId(), Truncatable.class)) {
                throw notTruncatable(part);
            }
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
