/**
 * Adapters made of adapters, and bases with an adapter folded in: a request becomes a row, one process at a time makes
 * it in the background, and the row says how far it is.
 */
@NullMarked
package dev.tenon.registry.composition;

import org.jspecify.annotations.NullMarked;
