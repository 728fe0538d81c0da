package dev.tenon.serving;

/**
 * On whose behalf something is loaded.
 *
 * @param request whether it is refused where too many of its organisation's loads wait already
 * @param patience how long it waits
 */
record Asker(boolean request, Patience patience) {
    /** A request that waits as long as it takes. */
    static final Asker REQUEST = new Asker(true, Patience.ENDLESS);

    /** What shall be in memory without anybody waiting for it, however long that takes. */
    static final Asker WISH = new Asker(false, Patience.ENDLESS);

    /** A request that may be given up. */
    static Asker request(Patience patience) {
        return new Asker(true, patience);
    }
}
