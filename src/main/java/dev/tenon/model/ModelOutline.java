package dev.tenon.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The linear and embedding sites of a model by path and shape, for reckoning what an adapter would take before any
 * weight is read.
 *
 * @param attentions where keys and values are made
 * @param tensors the shape of every tensor of a site by its Hugging Face name; a tied head counts as one of its own
 */
public record ModelOutline(
        List<SiteShape> linears, SiteShape embedding, List<AttentionSite> attentions, Map<String, long[]> tensors) {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");
    private static final String WEIGHT = ".weight";

    /**
     * The shape of one site.
     *
     * @param in width of its input; for the embedding the number of tokens
     * @param out width of its output
     */
    public record SiteShape(String path, int layer, int in, int out) {}

    public ModelOutline {
        linears = List.copyOf(linears);
        attentions = List.copyOf(attentions);
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** The sites of a model of this configuration. */
    public static ModelOutline of(ModelConfig config) {
        return ModelFamily.named(config.family()).outline(config);
    }

    /**
     * The sites that own these tensors: every matrix is a linear layer but the token embedding's.
     *
     * @param embedding path of the token embedding
     */
    public static ModelOutline of(Map<String, long[]> tensors, String embedding, List<AttentionSite> attentions) {
        var linears = new ArrayList<SiteShape>();
        SiteShape table = null;
        for (var tensor : tensors.entrySet()) {
            String name = tensor.getKey();
            long[] shape = tensor.getValue();
            if (!name.endsWith(WEIGHT) || shape.length != 2) {
                continue;
            }
            String path = name.substring(0, name.length() - WEIGHT.length());
            if (path.equals(embedding)) {
                table = new SiteShape(path, -1, (int) shape[0], (int) shape[1]);
            } else {
                linears.add(new SiteShape(path, layer(path), (int) shape[1], (int) shape[0]));
            }
        }
        return new ModelOutline(linears, Objects.requireNonNull(table, embedding), attentions, tensors);
    }

    private static int layer(String path) {
        var found = LAYER.matcher(path);
        return found.find() ? Integer.parseInt(found.group(1)) : -1;
    }
}
