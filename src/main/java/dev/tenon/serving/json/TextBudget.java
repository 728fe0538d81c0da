package dev.tenon.serving.json;

/** The characters that all names and values of one schema may have together, each of which becomes an instruction. */
final class TextBudget {
    private int left = Grammar.LARGEST;

    /** Counts a text before anything is made of it; refuses the part of the schema that has too many. */
    void spend(String text, String path) {
        left -= text.length();
        if (left < 0) {
            throw SchemaCompiler.refuse(
                    path,
                    "here the names and values of the schema pass %d characters together; use fewer or shorter ones."
                            .formatted(Grammar.LARGEST));
        }
    }
}
