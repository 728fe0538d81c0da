package dev.tenon.serving;

import dev.tenon.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Natural log-probabilities of a row's raw logits {@code [vocabulary]}, before bias, penalties and temperature. */
final class Logprobs {
    private Logprobs() {}

    static TokenLogprob of(float[] logits, int chosen, int alternatives, Tokenizer tokenizer) {
        double total = logSumExp(logits);
        var heap = new PriorityQueue<Integer>(Comparator.comparingDouble(i -> logits[i]));
        for (int i = 0; alternatives > 0 && i < logits.length; i++) {
            if (heap.size() < alternatives) {
                heap.add(i);
            } else if (logits[i] > logits[heap.element()]) {
                heap.poll();
                heap.add(i);
            }
        }
        List<TokenLogprob.Alternative> top = new ArrayList<>();
        while (!heap.isEmpty()) {
            int id = heap.remove();
            top.addFirst(new TokenLogprob.Alternative(spelling(tokenizer, id), logits[id] - total));
        }
        return new TokenLogprob(spelling(tokenizer, chosen), logits[chosen] - total, top);
    }

    static double logSumExp(float[] logits) {
        float top = logits[Sampler.greedy(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - top);
        }
        return top + Math.log(sum);
    }

    /** A special token adds no text; it is shown by its name. */
    private static TokenLogprob.Spelling spelling(Tokenizer tokenizer, int id) {
        var own = tokenizer.bytes().of(id);
        var bytes =
                own.length > 0 ? own : tokenizer.decode(new int[] {id}, false).getBytes(StandardCharsets.UTF_8);
        var numbers = new ArrayList<Integer>(bytes.length);
        for (byte b : bytes) {
            numbers.add(b & 0xFF);
        }
        return new TokenLogprob.Spelling(id, new String(bytes, StandardCharsets.UTF_8), numbers);
    }
}
