/** Role: resident base models, adapter cache, generation, sampling and streams. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "core",
            "tensor",
            "artifact",
            "registry",
            "model",
            "method",
            "method :: compose",
            "text",
            "identity"
        })
package dev.tenon.serving;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
