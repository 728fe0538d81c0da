package dev.tenon.openai.client;

import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** PEFT folders of rank 2 for the shipped base, strong enough that each seed answers in its own way. */
public final class RandomLora {
    private static final int LAYERS = 8;
    private static final int WIDTH = 256;
    private static final int RANK = 2;

    private RandomLora() {}

    public static Path write(Path folder, long seed) throws IOException {
        return write(folder, seed, 0.1);
    }

    /** The same with weights of this deviation; 0 changes nothing. */
    public static Path write(Path folder, long seed, double deviation) throws IOException {
        return write(folder, seed, deviation, RANK);
    }

    /** The same of another rank. */
    public static Path write(Path folder, long seed, double deviation, int rank) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("adapter_config.json"), """
                {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "tenon-base-7m", "r": %d,
                 "lora_alpha": 4, "target_modules": ["q_proj", "o_proj"], "bias": "none", "inference_mode": true}
                """.formatted(rank));
        var random = new Random(seed);
        Map<String, NamedTensor> tensors = new LinkedHashMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (var module : List.of("q_proj", "o_proj")) {
                var path = "base_model.model.model.layers.%d.self_attn.%s.lora_".formatted(layer, module);
                tensors.put(path + "A.weight", tensor(random, deviation, rank, WIDTH));
                tensors.put(path + "B.weight", tensor(random, deviation, WIDTH, rank));
            }
        }
        SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
        return folder;
    }

    private static NamedTensor tensor(Random random, double deviation, long rows, long columns) {
        var values = new float[(int) (rows * columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return new NamedTensor(ElementType.F32, List.of(rows, columns), MemorySegment.ofArray(values));
    }
}
