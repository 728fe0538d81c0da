/**
 * P-tuning (Liu et al. 2021, arXiv:2103.10385): {@code h = f([g(P); E(x)])} with {@code P [tokens, hidden]} and {@code g}
 * trained: {@code g} is an MLP of three layers, or a bidirectional LSTM and an MLP of two, which ties the tokens together
 * and makes them easier to learn than prompt tuning's. Only {@code g(P)} is needed to answer, so {@code g} is dropped when
 * the adapter is saved, as PEFT does; an adapter that is read back trains its embeddings directly.
 */
@NullMarked
package dev.tenon.method.ptuning;

import org.jspecify.annotations.NullMarked;
