/** The /v1 endpoints: files, fine-tuning, models, chat and completions; error shape; idempotency. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "core",
            "serving",
            "serving :: connection",
            "serving :: deployment",
            "job",
            "dataset",
            "registry",
            "model",
            "text",
            "identity"
        })
package dev.tenon.openai;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
