package dev.tenon.method;

import dev.tenon.model.Sequences;
import java.util.List;

/** Training examples that a method looks at before it starts, in batches that fit one pass through the model. */
public record Calibration(List<Sequences> batches) {
    public Calibration {
        batches = List.copyOf(batches);
    }
}
