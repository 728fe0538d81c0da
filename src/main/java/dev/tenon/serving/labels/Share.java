package dev.tenon.serving.labels;

import dev.tenon.model.EncoderPart;
import dev.tenon.model.Sequences;
import java.util.List;

/** Texts of one request that take part in a pass. */
record Share(Asked asked, List<Integer> texts) {
    ReadText text(int number) {
        return asked.request.texts().get(number);
    }

    EncoderPart part() {
        return new EncoderPart(
                Sequences.of(texts.stream().map(number -> text(number).ids()).toList()), asked.request.hooks());
    }

    int tokens() {
        return texts.stream().mapToInt(number -> text(number).ids().length).sum();
    }

    int places() {
        return texts.stream().mapToInt(number -> text(number).places().length).sum();
    }
}
