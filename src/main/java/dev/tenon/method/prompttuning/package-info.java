/**
 * Prompt tuning (Lester et al. 2021, arXiv:2104.08691): {@code h = f([P; E(x)])} with {@code P [tokens, hidden]} trained
 * and everything else frozen. P stands before the embeddings of every sequence and takes up positions of its own. It
 * starts from rows of the vocabulary, from the words of a text or at random. The smallest adapter there is, for large
 * bases and many tasks: on small bases it learns slowly and less than methods inside the blocks.
 */
@NullMarked
package dev.tenon.method.prompttuning;

import org.jspecify.annotations.NullMarked;
