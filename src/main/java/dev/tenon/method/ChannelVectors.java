package dev.tenon.method;

/**
 * An adapter that is nothing but vectors on channels as long as it trains no module whole: {@link
 * dev.tenon.model.Hooks#channelsOnly}. A server computes those of many adapters, whatever their methods, in as many operations as
 * those of one.
 */
public interface ChannelVectors extends Adapter {}
