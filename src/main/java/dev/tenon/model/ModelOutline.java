package dev.tenon.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The linear and embedding sites of a model by path and shape, for reckoning what an adapter would take before any
 * weight is read.
 */
public record ModelOutline(List<SiteShape> linears, SiteShape embedding) {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");
    private static final String WEIGHT = ".weight";
    private static final String EMBEDDING = "embed_tokens";
    private static final String HEAD = "lm_head";

    /**
     * The shape of one site.
     *
     * @param in width of its input; for the embedding the number of tokens
     * @param out width of its output
     */
    public record SiteShape(String path, int layer, int in, int out) {}

    public ModelOutline {
        linears = List.copyOf(linears);
    }

    /** The sites of a model of this configuration: every matrix that its family asks for. */
    public static ModelOutline of(ModelConfig config) {
        var linears = new ArrayList<SiteShape>();
        var embedding = new SiteShape("model." + EMBEDDING, -1, config.vocabulary(), config.hidden());
        for (var tensor : ModelFamily.named(config.family()).tensors(config).entrySet()) {
            String name = tensor.getKey();
            long[] shape = tensor.getValue();
            if (!name.endsWith(WEIGHT) || shape.length != 2) {
                continue;
            }
            String path = name.substring(0, name.length() - WEIGHT.length());
            if (path.endsWith(EMBEDDING)) {
                embedding = new SiteShape(path, -1, (int) shape[0], (int) shape[1]);
            } else {
                linears.add(new SiteShape(path, layer(path), (int) shape[1], (int) shape[0]));
            }
        }
        if (config.tiedHead() && linears.stream().noneMatch(site -> site.path().equals(HEAD))) {
            linears.add(new SiteShape(HEAD, -1, config.hidden(), config.vocabulary()));
        }
        return new ModelOutline(linears, embedding);
    }

    private static int layer(String path) {
        var found = LAYER.matcher(path);
        return found.find() ? Integer.parseInt(found.group(1)) : -1;
    }
}
