/** The job aggregate and its states, lease queue, admission and estimate, events and metrics. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "dataset", "training", "method", "model", "identity"})
package dev.tenon.job;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
