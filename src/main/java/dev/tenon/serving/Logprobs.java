package dev.tenon.serving;

import dev.tenon.text.Tokenizer;
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
            top.addFirst(new TokenLogprob.Alternative(text(tokenizer, id), logits[id] - total));
        }
        return new TokenLogprob(text(tokenizer, chosen), logits[chosen] - total, top);
    }

    static double logSumExp(float[] logits) {
        float top = logits[Sampler.greedy(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - top);
        }
        return top + Math.log(sum);
    }

    private static String text(Tokenizer tokenizer, int id) {
        return tokenizer.decode(new int[] {id}, false);
    }
}
