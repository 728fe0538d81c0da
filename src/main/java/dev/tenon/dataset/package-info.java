/** Upload, validation by line, preview, statistics and immutable versions of datasets. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "identity", "artifact", "text"})
package dev.tenon.dataset;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
