package dev.tenon.method.bottleneck;

import dev.tenon.method.Bottleneck;
import dev.tenon.method.BottleneckLayers;
import dev.tenon.method.BottleneckTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.BottleneckPlace;
import dev.tenon.model.BottleneckPlace.Role;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NarrowNetwork;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One bottleneck at every place; a place is a block part or a linear layer. */
final class BottleneckAdapter extends TensorAdapter<BottleneckConfig> implements BottleneckLayers, Hooks {
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Map<String, Bottleneck> bottlenecks = new LinkedHashMap<>();

    static BottleneckAdapter make(Network model, BottleneckConfig config, long seed) {
        var places = Place.on(model, config);
        var set = ParameterSet.filled(
                model.device(),
                filling -> places.forEach(place -> tensors(place, config).addTo(filling, seed)));
        return new BottleneckAdapter(config, set, places);
    }

    private BottleneckAdapter(BottleneckConfig config, ParameterSet set, List<Place> all) {
        super(config, set, all.stream().map(Place::path).toList());
        for (Place place : all) {
            places.put(place.path(), place);
            bottlenecks.put(place.path(), tensors(place, config).of(set, config.function(), config.scale()));
        }
    }

    private static BottleneckTensors tensors(Place place, BottleneckConfig config) {
        return new BottleneckTensors(
                place.path(),
                place.in(),
                config.width(),
                place.out(),
                config.bias(),
                config.learnedScale(),
                config.start().equals("zero"));
    }

    /** By the path of their place. */
    Map<String, Bottleneck> bottlenecks() {
        return Collections.unmodifiableMap(bottlenecks);
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        return isAt(site.path(), Role.BEFORE_LINEAR) ? x.add(read(site.path(), x)) : x;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        if (isAt(site.path(), Role.AFTER_LINEAR)) {
            return y.add(read(site.path(), y));
        }
        return isAt(site.path(), Role.BESIDE_LINEAR) ? y.add(read(site.path(), x)) : y;
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        if (isAt(site.path(), Role.AFTER_PART)) {
            return output.add(read(site.path(), output));
        }
        return isAt(site.path(), Role.BESIDE_PART) ? output.add(read(site.path(), input)) : output;
    }

    @Override
    public Map<BottleneckPlace, NarrowNetwork> bottlenecksOnly() {
        var networks = new HashMap<BottleneckPlace, NarrowNetwork>();
        bottlenecks.forEach((path, bottleneck) -> {
            var role = Objects.requireNonNull(places.get(path)).role();
            networks.put(new BottleneckPlace(path, role), bottleneck.network());
        });
        return networks;
    }

    private boolean isAt(String path, Role role) {
        Place place = places.get(path);
        return place != null && place.role() == role;
    }

    private Tensor read(String path, Tensor x) {
        return Objects.requireNonNull(bottlenecks.get(path), path).apply(x, training() ? config().dropout() : 0);
    }
}
