package dev.tenon.worker;

import java.util.Objects;

/** Which build of Tenon trains: a part of every version's lineage. */
final class CodeVersion {
    private CodeVersion() {}

    static String current() {
        return Objects.requireNonNullElse(CodeVersion.class.getPackage().getImplementationVersion(), "development");
    }
}
