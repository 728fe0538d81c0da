package dev.tenon.method;

/**
 * An adapter that is nothing but bottlenecks, at least in some settings: {@link dev.tenon.model.Hooks#bottlenecksOnly}. A server computes those of many
 * adapters at the same places, of nearly the same width, in as many operations as those of one.
 */
public interface BottleneckLayers extends Adapter {}
