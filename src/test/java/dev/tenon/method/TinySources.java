package dev.tenon.method;

import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finished adapters on tiny networks, for methods that make others of them. Each has learned the tiny task a little, so
 * that there is something in it to take more or less of.
 */
public final class TinySources implements AutoCloseable {
    private static final int STEPS = 30;
    private static final double RATE = 0.03;

    private final List<Map<String, Object>> settings;
    private final int[] steps;
    private final Map<Network, Calibration> made = new IdentityHashMap<>();

    /** @param settings one after the other, as {@link Methods} reads them */
    public TinySources(List<Map<String, Object>> settings) {
        this(settings, IntStream.generate(() -> STEPS).limit(settings.size()).toArray());
    }

    /** @param steps that each learns; one that has learned little is one to take less of */
    public TinySources(List<Map<String, Object>> settings, int... steps) {
        this.settings = settings;
        this.steps = steps;
    }

    /** The same adapters for a network every time. */
    public Calibration on(Network network) {
        return made.computeIfAbsent(network, this::make);
    }

    private Calibration make(Network network) {
        var sources = new ArrayList<Adapter>();
        for (Map<String, Object> setting : settings) {
            Adapter source = Methods.scan().attach(network, setting, sources.size() + 1);
            TinyTask.train(network, source, steps[sources.size()], RATE);
            sources.add(source);
        }
        return new Calibration(List.of(), text -> new long[0], sources);
    }

    @Override
    public void close() {
        made.values().forEach(calibration -> calibration.sources().forEach(Adapter::close));
        made.clear();
    }
}
