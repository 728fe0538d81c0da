package dev.tenon.registry;

import java.util.List;
import java.util.Set;

/** Something beside the registry that wants an adapter to stay. */
public interface AdapterHolder {
    /**
     * What wants these versions to stay, or the adapter itself where it would go with them: each a clause such as {@code
     * the deployment 'bot@live' keeps it in memory}.
     */
    List<String> holding(AdapterView adapter, Set<Integer> versions, boolean whole);
}
