/** Thymeleaf pages, forms made from method schemas, live updates. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "core",
            "dataset",
            "job",
            "registry",
            "serving :: deployment",
            "model",
            "method",
            "identity"
        })
package dev.tenon.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
