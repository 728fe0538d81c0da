package dev.tenon.openai.models;

import dev.tenon.model.BaseModelView;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.Composition;
import dev.tenon.serving.deployment.Replica;
import dev.tenon.serving.deployment.Residence.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the replicas hold for one organisation, by what it belongs to. */
final class ResidentModels {
    private static final Set<Kind> BASES = EnumSet.of(Kind.BASE, Kind.ENCODER);
    private static final Set<Kind> ADAPTERS = EnumSet.of(Kind.ADAPTER, Kind.FUSED, Kind.ENCODER_ADAPTER);
    private static final Set<Kind> CONTENTS =
            EnumSet.of(Kind.ADAPTER, Kind.FUSED, Kind.ENCODER_ADAPTER, Kind.COMPOSITION);

    private final Map<String, List<ModelResidence>> bases = new HashMap<>();
    private final Map<String, List<ModelResidence>> versions = new HashMap<>();
    private final Map<Content, List<ModelResidence>> contents = new HashMap<>();

    private record Content(String baseModel, String digest) {}

    ResidentModels(List<Replica> replicas) {
        for (var replica : replicas) {
            for (var it : replica.residences()) {
                if (BASES.contains(it.kind())) {
                    add(bases, it.baseModel(), ModelResidence.of(replica, it));
                } else if (ADAPTERS.contains(it.kind())) {
                    add(versions, it.name(), ModelResidence.of(replica, it));
                }
                if (CONTENTS.contains(it.kind())) {
                    add(contents, new Content(it.baseModel(), it.digest()), ModelResidence.of(replica, it));
                }
            }
        }
    }

    private static <K> void add(Map<K, List<ModelResidence>> to, K key, ModelResidence residence) {
        to.computeIfAbsent(key, any -> new ArrayList<>()).add(residence);
    }

    /** Of a base, in whatever forms it is kept. */
    List<ModelResidence> of(BaseModelView base) {
        return bases.getOrDefault(base.name(), List.of());
    }

    /** Of a composition, by what it comes to: the same sum may be written in many ways, and may be a version or the base. */
    List<ModelResidence> of(ResolvedModel composed) {
        var sum = Composition.of(composed.parts());
        return sum.isEmpty()
                ? of(composed.base())
                : contents.getOrDefault(new Content(composed.base().name(), sum.digest()), List.of());
    }

    /** Of a version, beside its base and fused into a copy of it. */
    List<ModelResidence> of(AdapterVersionView version) {
        return versions.getOrDefault(version.adapterName() + "@" + version.version(), List.of());
    }
}
