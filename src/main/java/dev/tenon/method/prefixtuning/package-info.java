/**
 * Prefix tuning (Li and Liang 2021, arXiv:2101.00190): at every attention {@code softmax(q [Kp; K]ᵀ / √size) [Vp; V]} with
 * keys and values {@code Kp, Vp [heads, tokens, size]} trained and everything else frozen. They carry no rotation and take
 * up the first positions. With a projection they are made by an MLP from one embedding a token while training, which is
 * dropped when the adapter is saved, as PEFT does. Acts in every layer, so it learns more than a prompt of as many tokens;
 * nothing folds into the weights, but a cache holds the prefix at no cost a token.
 */
@NullMarked
package dev.tenon.method.prefixtuning;

import org.jspecify.annotations.NullMarked;
