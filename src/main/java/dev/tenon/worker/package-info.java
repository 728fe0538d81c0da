/** Role: claims jobs, heartbeats, runs the flow in a child JVM, uploads checkpoints, drains. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "job", "training", "artifact", "model", "dataset", "registry"})
package dev.tenon.worker;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
