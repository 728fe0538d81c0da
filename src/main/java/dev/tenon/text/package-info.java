/** Tokenizers, chat templates and loss masks. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core", "artifact"})
package dev.tenon.text;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
