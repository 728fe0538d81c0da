/**
 * Routing between finished low-rank adapters, the core of MeteoRA (Xu et al. 2025, arXiv:2405.13053): at every linear
 * layer a gate {@code G [n, in]} scores n frozen adapters for every token, {@code y = W x + Σ_j w_j s_j B_j A_j x} over the
 * k with the highest scores, {@code w = softmax(top-k(G x) / T)}. Only the gates are trained, by the task's own loss, on
 * examples of all that the adapters are for; T above one mixes more evenly when it answers. For one model that does what
 * several adapters do, and chooses by itself and for every token.
 *
 * <p>The paper also tells the gates which adapter an example belongs to; a dataset here does not say so, and that loss is
 * left out.
 */
@NullMarked
package dev.tenon.method.routing;

import org.jspecify.annotations.NullMarked;
