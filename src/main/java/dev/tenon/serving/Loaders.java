package dev.tenon.serving;

import dev.tenon.core.Problem;

/** Has loads done by other threads, each in its time. */
@FunctionalInterface
interface Loaders {
    /** Nothing that could be given back. */
    Turn NONE = () -> {};

    /** @throws Problem where it refuses to */
    Turn start(Subject subject, Load load, Asker asker);

    /** A load that has not begun. */
    interface Load extends Runnable {
        /** It will not begin, for this reason. */
        void giveUp(RuntimeException why);
    }

    /** A place in the line of an organisation. */
    @FunctionalInterface
    interface Turn {
        /** Nobody waits for it any more. */
        void giveBack();
    }
}
