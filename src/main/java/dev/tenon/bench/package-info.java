/** Offline benchmarks: plain mains that need neither Spring nor a database. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "core",
            "tensor",
            "model",
            "method",
            "training",
            "serving",
            "serving :: engine",
            "serving :: labels",
            "artifact",
            "text"
        })
package dev.tenon.bench;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
