/** Typed ids, cursor paging, problem types and the clock: no beans, no entities. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.tenon.core;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
