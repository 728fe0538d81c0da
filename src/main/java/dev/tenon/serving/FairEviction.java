package dev.tenon.serving;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What leaves a full memory. Organisations that used any of it lately have equal shares. The least recently used of those
 * that hold more than their share goes first, then what nobody used lately; what is hot and within its organisation's share
 * goes only for one that is within its own. What belongs to several counts for each in equal parts.
 */
final class FairEviction {
    /** So long an organisation that uses nothing keeps its share. */
    static final Duration ABSENT = Duration.ofMinutes(10);
    /** So long what is not used counts as hot. */
    static final Duration COLD = Duration.ofMinutes(1);

    private final long budget;

    FairEviction(long budget) {
        this.budget = budget;
    }

    /** Bytes and time of use as they are when room is needed. */
    private record Holders(Map<String, Double> bytes, Set<String> present) {
        static Holders of(Collection<? extends LeasedCache.Entry<?>> entries, long now) {
            var holders = new Holders(new HashMap<>(), new HashSet<>());
            for (var entry : entries) {
                boolean lately = entry.leases > 0 || now - entry.usedAt <= ABSENT.toNanos();
                for (String owner : entry.owners()) {
                    holders.bytes.merge(
                            owner, (double) entry.bytes / entry.owners().size(), Double::sum);
                    if (lately) {
                        holders.present.add(owner);
                    }
                }
            }
            return holders;
        }
    }

    /**
     * The one that goes, if any may.
     *
     * @param asking who needs the room, among those of {@code entries}
     * @param wanted bytes that it asks for beside those that it has
     * @param now nanoseconds, as {@code usedAt} counts them
     */
    <E extends LeasedCache.Entry<?>> Optional<E> choose(Collection<E> entries, E asking, long wanted, long now) {
        var holders = Holders.of(entries, now);
        var askers = asking.owners();
        askers.forEach(owner -> holders.bytes.merge(owner, (double) wanted / askers.size(), Double::sum));
        holders.present.addAll(askers);
        double share = (double) budget / holders.present.size();
        Predicate<String> over =
                owner -> holders.bytes.getOrDefault(owner, 0.0) > (holders.present.contains(owner) ? share : 0);
        return oldest(entries, entry -> entry.owners().stream().allMatch(over))
                .or(() -> oldest(entries, entry -> now - entry.usedAt > COLD.toNanos()))
                .or(() -> askers.stream().allMatch(over) ? Optional.empty() : oldest(entries, entry -> true));
    }

    private static <E extends LeasedCache.Entry<?>> Optional<E> oldest(Collection<E> entries, Predicate<E> which) {
        Stream<E> idle = entries.stream().filter(LeasedCache.Entry::idle);
        return idle.filter(which).min(Comparator.comparingLong(entry -> entry.lastUse));
    }
}
