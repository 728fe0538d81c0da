/** Content-addressed blobs in PostgreSQL and the strict safetensors reader and writer. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core"})
package dev.tenon.artifact;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
