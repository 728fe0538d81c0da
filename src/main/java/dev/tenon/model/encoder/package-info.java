/** BERT, RoBERTa and DistilBERT: post-norm blocks over learned positions, in which every token sees all others. */
@NullMarked
package dev.tenon.model.encoder;

import org.jspecify.annotations.NullMarked;
