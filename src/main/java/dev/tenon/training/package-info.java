/** Training loop, losses, optimisers, schedules, packing, checkpoints and evaluation. No Spring, no SQL. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "tensor", "method", "model", "text", "artifact"})
package dev.tenon.training;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
