package dev.tenon.job;

import java.time.Duration;
import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The workers that have shown themselves lately, and the memory of their devices. */
@Component
public class WorkerNodes {
    private static final Duration LATELY = Duration.ofMinutes(2);
    private final JdbcClient jdbc;

    WorkerNodes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A worker says that it is there; {@code memoryBytes} is what one job of it may use. */
    public void announce(String id, String device, long memoryBytes) {
        jdbc.sql("""
                        insert into worker_node (id, device, memory_bytes) values (:id, :device, :memory)
                        on conflict (id) do update set device = excluded.device, memory_bytes = excluded.memory_bytes,
                            seen_at = now()
                        """)
                .param("id", id)
                .param("device", device)
                .param("memory", memoryBytes)
                .update();
    }

    public void leave(String id) {
        jdbc.sql("delete from worker_node where id = :id").param("id", id).update();
    }

    /** The most memory that any present worker has; empty when none is there. */
    OptionalLong largestMemory() {
        return jdbc.sql("select max(memory_bytes) from worker_node where seen_at > now() - cast(:lately as interval)")
                .param("lately", LATELY.toSeconds() + " seconds")
                .query((row, number) -> {
                    long bytes = row.getLong(1);
                    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(bytes);
                })
                .single();
    }

    /** Whether any present worker trains on a GPU. */
    boolean anyGpu() {
        return jdbc.sql("""
                        select exists (select 1 from worker_node where device <> 'cpu'
                            and seen_at > now() - cast(:lately as interval))
                        """)
                .param("lately", LATELY.toSeconds() + " seconds")
                .query(Boolean.class)
                .single();
    }
}
