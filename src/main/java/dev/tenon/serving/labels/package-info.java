/** Labels of texts: what waits for one encoder is computed in one pass, whatever adapters and heads tell them. */
@NullMarked
@NamedInterface("labels")
package dev.tenon.serving.labels;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
