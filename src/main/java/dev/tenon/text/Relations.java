package dev.tenon.text;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What stands between the ends of a triple, by the relations of ConceptNet 5 (Speer et al. 2017). */
final class Relations {
    private static final Map<String, String> PHRASES = new TreeMap<>(Map.ofEntries(
            Map.entry("Antonym", "is the opposite of"),
            Map.entry("AtLocation", "is found at"),
            Map.entry("CapableOf", "is able to"),
            Map.entry("Causes", "leads to"),
            Map.entry("CausesDesire", "makes people want"),
            Map.entry("CreatedBy", "is created by"),
            Map.entry("DefinedAs", "is defined as"),
            Map.entry("DerivedFrom", "comes from the word"),
            Map.entry("Desires", "wants"),
            Map.entry("DistinctFrom", "is not the same as"),
            Map.entry("Entails", "cannot be without"),
            Map.entry("EtymologicallyDerivedFrom", "goes back to the word"),
            Map.entry("EtymologicallyRelatedTo", "has its origin in common with"),
            Map.entry("FormOf", "is a form of the word"),
            Map.entry("HasA", "has"),
            Map.entry("HasContext", "is a word from"),
            Map.entry("HasFirstSubevent", "begins with"),
            Map.entry("HasLastSubevent", "ends with"),
            Map.entry("HasPrerequisite", "first needs"),
            Map.entry("HasProperty", "can be called"),
            Map.entry("HasSubevent", "includes that one does"),
            Map.entry("InstanceOf", "is an example of"),
            Map.entry("IsA", "is a type of"),
            Map.entry("LocatedNear", "is near"),
            Map.entry("MadeOf", "is made of"),
            Map.entry("MannerOf", "is a way to"),
            Map.entry("MotivatedByGoal", "is done for"),
            Map.entry("NotCapableOf", "is not able to"),
            Map.entry("NotDesires", "does not want"),
            Map.entry("NotHasProperty", "can not be called"),
            Map.entry("NotUsedFor", "is not used for"),
            Map.entry("ObstructedBy", "is kept from happening by"),
            Map.entry("PartOf", "is a part of"),
            Map.entry("ReceivesAction", "can be"),
            Map.entry("RelatedTo", "has to do with"),
            Map.entry("SimilarTo", "is similar to"),
            Map.entry("SymbolOf", "stands for"),
            Map.entry("Synonym", "means the same as"),
            Map.entry("UsedFor", "is used for")));
    private static final Map<String, String> BY_LOWER_CASE = new TreeMap<>();

    static {
        PHRASES.forEach((name, phrase) -> BY_LOWER_CASE.put(name.toLowerCase(Locale.ROOT), phrase));
    }

    private Relations() {}

    /** The phrase of a relation, whose case does not matter; null where there is none. */
    static @Nullable String phrase(String relation) {
        return BY_LOWER_CASE.get(relation.toLowerCase(Locale.ROOT));
    }

    /** In the order of the alphabet. */
    static Set<String> names() {
        return Collections.unmodifiableSet(PHRASES.keySet());
    }
}
