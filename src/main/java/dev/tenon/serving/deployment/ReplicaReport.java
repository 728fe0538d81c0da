package dev.tenon.serving.deployment;

import dev.tenon.core.Ids;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Tells the database what this process holds: a heartbeat, and whatever changed since the last one. */
@Component
@OnRole(Role.SERVE)
class ReplicaReport {
    private final String id = Ids.next("replica_");
    private final String host = host();
    private final Holdings holdings;
    private final ReplicaRows rows;
    private final EventRows events;
    private final EventLog log;
    private final TransactionOperations transaction;
    private Map<Key, Residence> told = Map.of();
    private long generation;
    private boolean left;

    private record Key(String orgId, Residence.Kind kind, String digest, String name) {}

    ReplicaReport(
            Holdings holdings, ReplicaRows rows, EventRows events, EventLog log, TransactionOperations transaction) {
        this.holdings = holdings;
        this.rows = rows;
        this.events = events;
        this.log = log;
        this.transaction = transaction;
    }

    String replica() {
        return id;
    }

    /** Rises whenever the database had forgotten this replica, so that all that was told before is gone. */
    synchronized long generation() {
        return generation;
    }

    /** Brings the database up to date. */
    synchronized void tell() {
        if (left) {
            return;
        }
        var now = new HashMap<Key, Residence>();
        for (var residence : holdings.residences()) {
            now.put(new Key(residence.orgId(), residence.kind(), residence.digest(), residence.name()), residence);
        }
        var lines = log.take();
        try {
            boolean fresh = Boolean.TRUE.equals(transaction.execute(status -> write(now, lines)));
            told = now;
            generation += fresh ? 1 : 0;
        } catch (RuntimeException away) {
            log.putBack(lines);
            throw away;
        }
    }

    private boolean write(Map<Key, Residence> now, List<EventLog.Line> lines) {
        boolean fresh = rows.beat(id, host, holdings.room());
        var before = fresh ? Map.<Key, Residence>of() : told;
        var changed = new ArrayList<Residence>();
        now.forEach((key, residence) -> {
            if (!residence.equals(before.get(key))) {
                changed.add(residence);
            }
        });
        var gone = new ArrayList<Residence>();
        before.forEach((key, residence) -> {
            if (!now.containsKey(key)) {
                gone.add(residence);
            }
        });
        rows.put(id, changed);
        rows.drop(id, gone);
        events.write(id, lines);
        return fresh;
    }

    /** The last word of a replica that stops. */
    synchronized void leave() {
        left = true;
        rows.leave(id);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName() + ":"
                    + ProcessHandle.current().pid();
        } catch (UnknownHostException e) {
            return "unknown:" + ProcessHandle.current().pid();
        }
    }
}
