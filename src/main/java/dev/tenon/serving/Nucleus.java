package dev.tenon.serving;

/**
 * The smallest set of likeliest tokens whose probability reaches p. A heap yields them from the top, so a peaked
 * distribution over a large vocabulary costs little more than one pass.
 */
final class Nucleus {
    private final int[] heap;

    Nucleus(int vocabulary) {
        heap = new int[vocabulary];
    }

    /** Draws from the nucleus of the unnormalised weights; {@code uniform} is in [0, 1). */
    int draw(double[] weights, double total, double p, double uniform) {
        for (int i = 0; i < heap.length; i++) {
            heap[i] = i;
        }
        for (int i = heap.length / 2 - 1; i >= 0; i--) {
            sift(weights, i, heap.length);
        }
        double mass = 0;
        int size = heap.length;
        // taken tokens move behind the shrinking heap, likeliest last
        while (size > 0 && mass < p * total) {
            int top = heap[0];
            mass += weights[top];
            heap[0] = heap[--size];
            heap[size] = top;
            sift(weights, 0, size);
        }
        double point = uniform * mass;
        for (int i = heap.length - 1; i >= size; i--) {
            point -= weights[heap[i]];
            if (point < 0) {
                return heap[i];
            }
        }
        return heap[heap.length - 1];
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
