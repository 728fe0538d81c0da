package dev.tenon.job;

/**
 * What a method with its standard settings comes to on one base.
 *
 * @param trainable number of trained values
 * @param share of the base's own parameters
 * @param adapterBytes of the adapter's weights as float32
 * @param memoryBytes that training takes, by the estimate of jobs
 */
public record MethodFigures(long trainable, double share, long adapterBytes, long memoryBytes) {}
