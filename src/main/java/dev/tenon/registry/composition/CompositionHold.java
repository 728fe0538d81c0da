package dev.tenon.registry.composition;

import dev.tenon.registry.AdapterHolder;
import dev.tenon.registry.AdapterView;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/** A composition or merge that waits or is being made has yet to read its parts. */
@Component
class CompositionHold implements AdapterHolder {
    private final CompositionRows rows;

    CompositionHold(CompositionRows rows) {
        this.rows = rows;
    }

    @Override
    public List<String> holding(AdapterView adapter, Set<Integer> versions, boolean whole) {
        return rows.unfinishedFrom(adapter.id(), versions).stream()
                .map("the composition '%s' has yet to use it"::formatted)
                .toList();
    }
}
