/**
 * Operations on finished adapters of one base: sums and stacks while answering, and sums, averages, TIES and DARE of
 * what they do to the weights. They are no methods: whatever declares itself {@code Composable} or {@code Mergeable}
 * can take part.
 */
@NullMarked
@NamedInterface("compose")
package dev.tenon.method.compose;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
