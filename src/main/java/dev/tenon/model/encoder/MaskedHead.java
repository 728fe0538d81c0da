package dev.tenon.model.encoder;

import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** The guess of masked tokens: dense, activation, norm, and the embedding read backwards. */
record MaskedHead(LinearSite dense, NormSite norm, LinearSite decoder, String activation) {
    static MaskedHead load(EncoderReader read, EmbeddingSite words) {
        var names = read.names();
        int hidden = read.config().hidden();
        int vocabulary = read.config().vocabulary();
        Tensor matrix = read.config().tiedHead()
                ? words.weight()
                : read.tensor(names.maskedDecoder() + ".weight", vocabulary, hidden);
        Tensor bias = read.tensor(names.maskedBias(), vocabulary);
        return new MaskedHead(
                read.linear(names.maskedDense(), -1, hidden, hidden),
                read.norm(names.maskedNorm(), -1),
                new LinearSite(names.maskedDecoder(), -1, hidden, vocabulary, matrix, bias),
                read.config().activation());
    }

    List<Site> sites() {
        return List.of(dense, norm, decoder);
    }

    Tensor logits(Tensor hidden, Hooks hooks) {
        Tensor h = Kernels.call(activation, hooks.linear(dense, hidden));
        return hooks.linear(decoder, hooks.norm(norm, h));
    }
}
