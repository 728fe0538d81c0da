package dev.tenon.serving.engine;

import dev.tenon.TensorEngine;
import dev.tenon.model.CausalModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests of one class share a {@link TinyDecoder}. */
abstract class OnTinyDecoder {
    static CausalModel model;

    @BeforeAll
    static void load() {
        TensorEngine.start();
        model = TinyDecoder.model();
    }

    @AfterAll
    static void free() {
        model.close();
    }
}
