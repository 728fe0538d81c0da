/** The serving engine: continuous batching over paged keys and values, with rows of any adapters in one step. */
@NullMarked
@NamedInterface("engine")
package dev.tenon.serving.engine;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
