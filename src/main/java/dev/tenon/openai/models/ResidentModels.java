package dev.tenon.openai.models;

import dev.tenon.model.BaseModelView;
import dev.tenon.registry.AdapterVersionView;
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

    private final Map<String, List<ModelResidence>> bases = new HashMap<>();
    private final Map<String, List<ModelResidence>> versions = new HashMap<>();

    ResidentModels(List<Replica> replicas) {
        for (var replica : replicas) {
            for (var it : replica.residences()) {
                if (BASES.contains(it.kind())) {
                    add(bases, it.baseModel(), ModelResidence.of(replica, it));
                } else if (ADAPTERS.contains(it.kind())) {
                    add(versions, it.name(), ModelResidence.of(replica, it));
                }
            }
        }
    }

    private static void add(Map<String, List<ModelResidence>> to, String name, ModelResidence residence) {
        to.computeIfAbsent(name, any -> new ArrayList<>()).add(residence);
    }

    /** Of a base, in whatever forms it is kept. */
    List<ModelResidence> of(BaseModelView base) {
        return bases.getOrDefault(base.name(), List.of());
    }

    /** Of a version, beside its base and fused into a copy of it. */
    List<ModelResidence> of(AdapterVersionView version) {
        return versions.getOrDefault(version.adapterName() + "@" + version.version(), List.of());
    }
}
