package dev.tenon.serving;

/**
 * The likeliest tokens that a {@link Truncation} leaves. A heap yields them from the top, so a peaked distribution over a
 * large vocabulary costs little more than one pass.
 */
final class Nucleus {
    private final int[] heap;
    /** The part of the heap that is still unordered; the tokens taken from it stand behind, likeliest last. */
    private int size;

    Nucleus(int vocabulary) {
        heap = new int[vocabulary];
    }

    /** Draws from the unnormalised weights {@code [vocabulary]}, whose sum is given; {@code uniform} is in [0, 1). */
    int draw(double[] weights, double total, Truncation kept, double uniform) {
        order(weights);
        int most = kept.topK() == 0 ? heap.length : Math.min(kept.topK(), heap.length);
        double sum = kept.topK() == 0 ? total : takeAll(weights, most);
        int end = heap.length;
        double mass = 0;
        double least = 0;
        for (int taken = 0; taken < most && (taken == 0 || mass < kept.topP() * sum); taken++) {
            if (end == size) {
                take(weights);
            }
            double weight = weights[heap[end - 1]];
            if (taken == 0) {
                least = kept.minP() * weight;
            } else if (weight < least) {
                break;
            }
            mass += weight;
            end--;
        }
        double point = uniform * mass;
        for (int i = heap.length - 1; i >= end; i--) {
            point -= weights[heap[i]];
            if (point < 0) {
                return heap[i];
            }
        }
        return heap[heap.length - 1];
    }

    private void order(double[] weights) {
        size = heap.length;
        for (int i = 0; i < heap.length; i++) {
            heap[i] = i;
        }
        for (int i = heap.length / 2 - 1; i >= 0; i--) {
            sift(weights, i, heap.length);
        }
    }

    private double takeAll(double[] weights, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += take(weights);
        }
        return sum;
    }

    /** Moves the likeliest remaining token in front of those taken before, and returns its weight. */
    private double take(double[] weights) {
        int top = heap[0];
        heap[0] = heap[--size];
        heap[size] = top;
        sift(weights, 0, size);
        return weights[top];
    }

    private void sift(double[] weights, int from, int size) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && before(weights, heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(weights, heap[child], heap[at])) {
                return;
            }
            int moved = heap[at];
            heap[at] = heap[child];
            heap[child] = moved;
            at = child;
        }
    }

    /** Equal weights are taken by id, so that the order never depends on the heap's history. */
    private static boolean before(double[] weights, int left, int right) {
        return weights[left] > weights[right] || (weights[left] == weights[right] && left < right);
    }
}
