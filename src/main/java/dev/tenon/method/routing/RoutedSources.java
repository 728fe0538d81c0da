package dev.tenon.method.routing;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.SourceNames;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The low-rank pairs of finished adapters, side by side at every layer. */
final class RoutedSources {
    private final List<Map<String, LowRankPair>> pairs = new ArrayList<>();

    /**
     * Looks into the adapters.
     *
     * @throws Problem 400 naming a source that is more than low-rank pairs, or layers that do not match
     */
    RoutedSources(List<Adapter> sources, List<SiteShape> sites) {
        for (int i = 0; i < sources.size(); i++) {
            Adapter source = sources.get(i);
            var found = source.hooks().lowRankOnly();
            if (found.isEmpty() || !found.keySet().equals(source.matchedModules())) {
                throw Problem.invalid(
                        SourceNames.field(i),
                        "unfitting_source",
                        "'%s' does more than add low-rank updates to linear layers.".formatted(SourceNames.field(i)));
            }
            pairs.add(found);
        }
        requireSame(sites);
    }

    /** No part of a source may be lost, and a gate without anything to choose from would learn nothing. */
    private void requireSame(List<SiteShape> sites) {
        var wanted = sites.stream().map(SiteShape::path).collect(Collectors.toCollection(LinkedHashSet::new));
        var adapted = new LinkedHashSet<String>();
        pairs.forEach(found -> adapted.addAll(found.keySet()));
        if (!adapted.equals(wanted)) {
            throw Problem.invalid(
                    "adapter.target_modules",
                    "unfitting_source",
                    "'adapter.target_modules' must name the layers that the sources adapt: %s."
                            .formatted(String.join(", ", brief(adapted))));
        }
    }

    private static Set<String> brief(Set<String> paths) {
        return paths.stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Copies what they have at a layer. */
    void keep(ParameterSet set, SiteShape site) {
        var here = pairs.stream()
                .map(found -> found.get(site.path()))
                .map(pair -> pair == null ? null : pair.joined())
                .toList();
        long rank = here.stream()
                .mapToLong(pair -> pair == null ? 0 : pair.rank())
                .max()
                .orElse(0);
        Device device = pairs.getFirst().values().iterator().next().a().device();
        var a = new ArrayList<Tensor>();
        var b = new ArrayList<Tensor>();
        for (LowRankPair pair : here) {
            a.add(filled(pair == null ? null : pair.a().detach(), device, rank, site.in()));
            b.add(filled(
                    pair == null ? null : pair.b().detach().mul(pair.scale()).transpose(0, 1),
                    device,
                    rank,
                    site.out()));
        }
        set.keep(site.path() + RoutingAdapter.A, Tensor.cat(a, 0));
        set.keep(site.path() + RoutingAdapter.B, Tensor.cat(b, 0));
    }

    /** Rows {@code [1, rank, width]}, with zeros below those that are there. */
    private static Tensor filled(@Nullable Tensor rows, Device device, long rank, long width) {
        long there = rows == null ? 0 : rows.size(0);
        var parts = new ArrayList<Tensor>();
        if (rows != null) {
            parts.add(rows);
        }
        if (there < rank) {
            parts.add(Tensors.zeros(DType.F32, device, rank - there, width));
        }
        return Tensor.cat(parts, 0).reshape(1, rank, width);
    }
}
