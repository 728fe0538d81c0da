/** Adapters, immutable versions, aliases with history and lineage. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "job", "artifact", "method", "method :: compose", "model", "identity"})
package dev.tenon.registry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
