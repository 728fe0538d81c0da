/** The Llama family: pre-norm blocks with rotary positions, grouped keys and a gated feed-forward part. */
@NullMarked
package dev.tenon.model.llama;

import org.jspecify.annotations.NullMarked;
