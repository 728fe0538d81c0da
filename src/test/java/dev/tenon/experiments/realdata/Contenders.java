package dev.tenon.experiments.realdata;

import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Methods;
import dev.tenon.method.ShippedMethods;
import dev.tenon.method.TrainedHead;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that is compared on one base: every method that the product ships at the sizes of a LoRA of rank 2 and of
 * rank 8, some well-known options of LoRA, and a head alone.
 */
final class Contenders {
    static final String PROBE = "probe";
    static final String BASE = "base";
    static final String REFERENCE = "lora";

    private static final String FULL = "full";
    private static final Map<String, Map<String, Object>> OPTIONS = Map.of(
            "LoRA as DoRA", Map.of("use_dora", true),
            "LoRA from PiSSA", Map.of("init_lora_weights", "pissa"),
            "LoRA+", Map.of("lora_plus_ratio", 8));

    private final Methods methods = Methods.scan();
    private final List<Contender> all = new ArrayList<>();
    private final Sizing sizing;
    private final int hidden;
    private final long small;
    private final long large;

    private Contenders(Network model) {
        this.sizing = new Sizing(model);
        this.hidden = model.config().hidden();
        this.small = lora(2);
        this.large = lora(8);
    }

    private long lora(int rank) {
        return Objects.requireNonNull(sizing.standard(methods.require(REFERENCE), Map.of("rank", rank)))
                .parameters();
    }

    static List<Contender> of(Network model, boolean classifies) {
        var found = new Contenders(model);
        for (AdapterMethod<?> method : ShippedMethods.all()) {
            found.add(method, method.descriptor().id(), method.descriptor().title(), Map.of());
        }
        OPTIONS.forEach(
                (title, chosen) -> found.add(found.methods.require(REFERENCE), title.replace(' ', '_'), title, chosen));
        found.addProbe(classifies);
        return List.copyOf(found.all);
    }

    private void add(AdapterMethod<?> method, String id, String title, Map<String, Object> chosen) {
        var standard = sizing.standard(method, chosen);
        if (standard == null) {
            return;
        }
        double rate = method.learningRate(hidden);
        var larger = sizing.nearest(method, standard, large);
        var smaller = sizing.nearest(method, standard, small);
        if (larger == null || smaller == null || larger.parameters() == smaller.parameters()) {
            var one = larger == null ? standard : larger;
            all.add(new Contender(id, title, Contender.OWN, one.settings(), one.parameters(), rate));
        } else {
            all.add(new Contender(id, title, Contender.LARGE, larger.settings(), larger.parameters(), rate));
            all.add(new Contender(id, title, Contender.SMALL, smaller.settings(), smaller.parameters(), rate));
        }
    }

    private void addProbe(boolean classifies) {
        String title = "Linear probe (the head alone)";
        if (classifies) {
            all.add(new Contender(PROBE, title, Contender.OWN, Map.of(), 0, TrainedHead.learningRate(hidden)));
            return;
        }
        all.add(new Contender(BASE, "The base as it is", Contender.OWN, Map.of(), 0, 0));
        for (AdapterMethod<?> method : ShippedMethods.all()) {
            var head = Map.<String, Object>of("target_modules", List.of("lm_head"));
            if (method.descriptor().id().equals(FULL) && sizing.standard(method, head) instanceof Sizing.Sized sized) {
                all.add(new Contender(
                        PROBE,
                        title,
                        Contender.OWN,
                        sized.settings(),
                        sized.parameters(),
                        method.learningRate(hidden)));
            }
        }
    }
}
