/** The method interface and one sub-package per adapter method. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "tensor", "artifact", "model"})
package dev.tenon.method;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
