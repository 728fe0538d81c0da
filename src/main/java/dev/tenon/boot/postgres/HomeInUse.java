package dev.tenon.boot.postgres;

import java.nio.file.Path;

/** Another Tenon already runs on this home. */
public final class HomeInUse extends IllegalStateException {
    HomeInUse(Path home, String pid) {
        super("Another Tenon (process " + pid + ") already runs on " + home
                + ". Stop it first, or start this one with another home: -Dtenon.home=/some/other/folder"
                + " (and another port: -Dserver.port=8081).");
    }
}
