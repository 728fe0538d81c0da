package dev.tenon.method;

/** An adapter whose parameters learn at different rates. */
public interface RateFactors extends Adapter {
    /** What the run's learning rate is multiplied with for a parameter. */
    double rateFactor(String parameter);
}
