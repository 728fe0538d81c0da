package dev.tenon.model;

/** Pages of a {@link PagePool} that lie one after the other and belong to one thing that no sequence is. */
public final class PageRun {
    /** Whose pages they are. */
    public interface Owner {
        /** They were let go of and are taken for others. */
        void gone();

        /** Their content lies elsewhere now. */
        void moved();
    }

    private final Owner owner;
    private final int count;
    private int first;
    private boolean fixed = true;

    PageRun(int first, int count, Owner owner) {
        this.first = first;
        this.count = count;
        this.owner = owner;
    }

    Owner owner() {
        return owner;
    }

    int first() {
        return first;
    }

    /** The first page after them. */
    int end() {
        return first + count;
    }

    public int count() {
        return count;
    }

    /** Whether something comes into them that does not know when they move. */
    boolean isFixed() {
        return fixed;
    }

    void loosen() {
        fixed = false;
    }

    void lieAt(int page) {
        first = page;
    }
}
