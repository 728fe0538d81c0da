/** Base-model catalogue and import; model families built from shared blocks with named sites. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "tensor", "artifact", "text", "identity"})
package dev.tenon.model;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
