/** Starts the product: embedded PostgreSQL, roles, first-start banner, shipped models and the sample. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"core", "tensor", "identity", "dataset", "job", "registry", "model", "artifact"})
package dev.tenon.boot;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
