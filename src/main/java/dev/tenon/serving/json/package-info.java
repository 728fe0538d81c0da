/**
 * Answers that are valid JSON by construction: a schema becomes a grammar over bytes, the grammar a pushdown automaton,
 * and at every step the automaton forbids each token after which no valid ending could follow.
 */
@NullMarked
package dev.tenon.serving.json;

import org.jspecify.annotations.NullMarked;
