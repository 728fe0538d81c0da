package dev.tenon.serving;

/** On whose behalf something is loaded. */
enum Asker {
    /** A request: it is refused where too many of its organisation's loads wait already. */
    REQUEST,
    /** What shall be in memory without anybody waiting for it, however long that takes. */
    WISH
}
