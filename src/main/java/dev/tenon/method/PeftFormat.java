package dev.tenon.method;

import dev.tenon.model.Network;
import java.nio.file.Path;
import java.util.Map;

/** A method whose adapters are read and written in the files of Hugging Face PEFT. */
public interface PeftFormat {
    /** The value of {@code peft_type} in {@code adapter_config.json}. */
    String peftType();

    /**
     * Reads a folder.
     *
     * @param settings the parsed {@code adapter_config.json}
     * @throws dev.tenon.core.Problem 400 naming every setting that is not honoured and every tensor without a module
     */
    Adapter load(Network model, Path folder, Map<String, Object> settings);

    /** Whether PEFT's files can say all that this adapter is; what they cannot is written in our own. */
    default boolean expresses(Adapter adapter) {
        return true;
    }

    /** Writes {@code adapter_config.json} and {@code adapter_model.safetensors} into an existing folder. */
    void save(Adapter adapter, Path folder, String baseName);
}
