package dev.tenon.serving.deployment;

import dev.tenon.registry.AdapterHolder;
import dev.tenon.registry.AdapterView;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/** A wish that an adapter be in memory is a wish that it be there at all. */
@Component
class DeploymentHold implements AdapterHolder {
    private final DeploymentRows wishes;

    DeploymentHold(DeploymentRows wishes) {
        this.wishes = wishes;
    }

    /** One that follows the newest version or an alias gives way as long as it has something to follow. */
    @Override
    public List<String> holding(AdapterView adapter, Set<Integer> versions, boolean whole) {
        var numbers = versions.stream().map(String::valueOf).toList();
        return wishes.ofAdapter(adapter.id()).stream()
                .filter(wish -> whole || numbers.contains(wish.selector()))
                .map(wish -> "the deployment '%s' keeps it in memory".formatted(wish.model()))
                .toList();
    }
}
