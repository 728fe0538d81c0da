package dev.tenon.method.language;

import dev.tenon.method.BottleneckTensors;
import dev.tenon.method.Branches;
import dev.tenon.model.BranchSite;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.model.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the settings come to on one model.
 *
 * @param bottlenecks tensors by path of the block part after which they stand
 * @param coupling tensors of F and G, or none
 * @param entry path of the site whose output is what the first block reads
 * @param exits paths of the sites where the coupling is undone
 */
record LanguagePlan(
        Map<String, BottleneckTensors> bottlenecks,
        List<BottleneckTensors> coupling,
        String entry,
        List<String> exits) {
    static LanguagePlan of(Network model, LanguageConfig config) {
        var bottlenecks = new LinkedHashMap<String, BottleneckTensors>();
        int hidden = 0;
        for (BranchSite site : Branches.FEED_FORWARD.of(model)) {
            hidden = site.width();
            bottlenecks.put(site.path(), tensors(site.path(), hidden, config.width(hidden)));
        }
        if (!config.invertible()) {
            return new LanguagePlan(bottlenecks, List.of(), "", List.of());
        }
        int width = config.couplingWidth(hidden);
        return new LanguagePlan(
                bottlenecks,
                List.of(
                        tensors("invertible_adapters.F", hidden / 2, width),
                        tensors("invertible_adapters.G", hidden / 2, width)),
                entry(model),
                model.sites(OutputSite.class).stream().map(Site::path).toList());
    }

    /** Near-identity: normal weights of deviation 0.02 and zero biases, as BERT starts. */
    private static BottleneckTensors tensors(String path, int size, int width) {
        return new BottleneckTensors(path, size, width, size, true, false, false);
    }

    /** The last norm before the blocks, as encoders have it behind their embeddings, or else the embedding. */
    private static String entry(Network model) {
        String entry = "";
        for (Site site : model.sites().values()) {
            if (site.layer() >= 0) {
                break;
            }
            if (site instanceof EmbeddingSite || site instanceof NormSite) {
                entry = site.path();
            }
        }
        return entry;
    }

    /** Paths of all sites that are changed. */
    List<String> modules() {
        var modules = new ArrayList<>(bottlenecks.keySet());
        if (!coupling.isEmpty()) {
            modules.add(entry);
            modules.addAll(exits);
        }
        return modules;
    }
}
