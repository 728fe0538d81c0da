package dev.tenon.job;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Hands waiting jobs to workers under leases. Only the database's clock counts, so a worker with a wrong clock can
 * neither steal a job nor lose one early.
 */
@Component
public class JobQueue {
    /** How long a worker may be silent before its job passes on. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    /** Attempts in a row without a new checkpoint after which a job is given up. */
    public static final int FRUITLESS_ATTEMPTS = 3;

    /**
     * Of each organisation the first few waiting jobs, then the one whose organisation has the fewest running; a dead
     * worker's job comes before new ones of equal priority. The short list keeps the statement's cost independent of
     * the length of the queue, and leaves other workers something to take while this one's row is locked.
     */
    private static final String CLAIM = """
            with running as (
                select org_id, count(*) as jobs from job
                where status = 'RUNNING' and lease_until > now() group by org_id),
            candidate as (
                select id, org_id, priority, 0 as fresh, queued_at from job
                where status = 'RUNNING' and lease_until <= now() and attempts < :limit and not paused
                union all
                select w.* from organisation o cross join lateral (
                    select id, org_id, priority, 1 as fresh, queued_at from job
                    where org_id = o.id and status = 'QUEUED' and attempts < :limit and not paused
                    order by priority desc, queued_at, id limit 16) w),
            chosen as (
                select j.id from job j join candidate c on c.id = j.id left join running r on r.org_id = j.org_id
                where not j.paused and (j.status = 'QUEUED' or (j.status = 'RUNNING' and j.lease_until <= now()))
                order by c.priority desc, c.fresh, coalesce(r.jobs, 0), c.queued_at, c.id
                limit 1 for update of j skip locked)
            update job set status = 'RUNNING', phase = 'starting', lease_owner = :owner,
                lease_epoch = lease_epoch + 1, lease_until = now() + cast(:lease as interval),
                attempts = attempts + 1, started_at = coalesce(started_at, now())
            where id = (select id from chosen)
            returning *
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final JobRows rows;
    private final JobEvents events;
    private final JobEnding ending;

    JobQueue(JdbcClient jdbc, TransactionOperations transaction, JobRows rows, JobEvents events, JobEnding ending) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.rows = rows;
        this.events = events;
        this.ending = ending;
    }

    /** What a heartbeat was answered. */
    public enum Beat {
        KEPT,
        /** Kept too, and the owner wants the job to wait. */
        PAUSED,
        CANCELLED,
        LOST
    }

    /** Takes the next job, or nothing. */
    public Optional<ClaimedJob> claim(String owner) {
        return transaction.execute(status -> {
            var claimed = jdbc.sql(CLAIM)
                    .param("owner", owner)
                    .param("limit", FRUITLESS_ATTEMPTS)
                    .param("lease", LEASE.toSeconds() + " seconds")
                    .query(rows::claimed)
                    .optional();
            claimed.ifPresent(job -> events.info(
                    job.lease().jobId(),
                    job.lease().epoch() == 1
                            ? "Fine-tuning job started"
                            : job.newest() == null
                                    ? "Fine-tuning job started again from the beginning"
                                    : "Fine-tuning job resumes from the checkpoint at step "
                                            + job.newest().step()));
            return claimed;
        });
    }

    /** Keeps the lease for another {@link #LEASE}. */
    public Beat beat(JobLease lease) {
        var paused = jdbc.sql("update job set lease_until = now() + cast(:lease as interval)" + LeaseGuard.WHERE
                        + " returning paused")
                .param("lease", LEASE.toSeconds() + " seconds")
                .params(LeaseGuard.params(lease))
                .query(Boolean.class)
                .optional();
        if (paused.isPresent()) {
            return paused.get() ? Beat.PAUSED : Beat.KEPT;
        }
        return rows.status(lease.jobId())
                        .filter(status -> status == JobStatus.CANCELLED)
                        .isPresent()
                ? Beat.CANCELLED
                : Beat.LOST;
    }

    /** Does what may only be done while the lease is held: until it is done, the job cannot pass to another worker. */
    public <T extends @Nullable Object> T whileHeld(JobLease lease, Supplier<T> work) {
        return transaction.execute(status -> {
            var held = jdbc.sql("select 1 from job" + LeaseGuard.WHERE + " for update")
                    .params(LeaseGuard.params(lease))
                    .query(Integer.class)
                    .list();
            LeaseGuard.require(lease, held.size());
            return work.get();
        });
    }

    /** Gives the job back at a shutdown; this attempt does not count. */
    public void release(JobLease lease, String message) {
        giveBack(lease, "greatest(attempts - 1, 0)", "info", message);
    }

    /** Gives the job back after its child was killed; the attempt counts unless it had made a checkpoint. */
    public void retry(JobLease lease, String message) {
        giveBack(lease, "attempts", "warn", message);
    }

    private void giveBack(JobLease lease, String attempts, String level, String message) {
        transaction.executeWithoutResult(status -> {
            int updated = jdbc.sql("update job set status = 'QUEUED', lease_owner = null, lease_until = null, "
                            + "phase = case when paused then 'paused' else 'waiting' end, attempts = "
                            + attempts + LeaseGuard.WHERE)
                    .params(LeaseGuard.params(lease))
                    .update();
            LeaseGuard.require(lease, updated);
            events.append(lease.jobId(), level, "message", message, null);
        });
    }

    /** Fails the jobs that ended {@link #FRUITLESS_ATTEMPTS} attempts in a row without a new checkpoint. */
    public int failPoisoned() {
        return transaction.execute(status -> {
            List<String> poisoned = jdbc.sql("""
                            select id from job where attempts >= :limit and (status = 'QUEUED'
                                or (status = 'RUNNING' and lease_until <= now()))
                            for update skip locked
                            """)
                    .param("limit", FRUITLESS_ATTEMPTS)
                    .query((row, number) -> row.getString("id"))
                    .list();
            poisoned.forEach(id -> ending.failUnleased(id, new JobError("worker_lost", lost(id), null)));
            return poisoned.size();
        });
    }

    /** What a user can do about it, and what was seen of the end: a worker that died has said nothing. */
    private String lost(String jobId) {
        var seen = jdbc.sql("""
                        select message from (select message, level from job_event where job_id = :job
                            order by sequence desc limit 1) last where level = 'warn'
                        """)
                .param("job", jobId)
                .query(String.class)
                .optional()
                .map("The last time: %s"::formatted)
                .orElse(
                        "The last time its worker fell silent, as when the machine ran out of memory or was restarted.");
        return ("Training was begun %d times and ended each time before a new checkpoint. %s Try a smaller 'batch_size',"
                        + " shorter examples or a smaller base; if that does not help, the worker's log says more.")
                .formatted(FRUITLESS_ATTEMPTS, seen);
    }

    /** A paused job whose worker died before it could give it back waits like the others that are paused. */
    public void parkPaused() {
        jdbc.sql("update job set status = 'QUEUED', phase = 'paused', lease_owner = null, lease_until = null"
                        + " where status = 'RUNNING' and paused and lease_until <= now()")
                .update();
    }

    /** Numbers for everyone, positions for the organisation. */
    QueueView view(String orgId) {
        var counts = jdbc.sql("""
                        select count(*) filter (where status = 'RUNNING') as running,
                               count(*) filter (where status = 'QUEUED' and not paused) as queued
                        from job where status in ('RUNNING', 'QUEUED')
                        """)
                .query((row, number) -> new QueueView(row.getLong(1), row.getLong(2), List.of()))
                .single();
        // one job of each organisation in turn, as claim() would take them when all run equally long
        var own = jdbc.sql("""
                        with turn as (
                            select id, org_id, priority, queued_at, row_number() over (
                                partition by org_id order by priority desc, queued_at, id) as nth
                            from job where status = 'QUEUED' and not paused),
                        ranked as (
                            select id, org_id, row_number() over (order by priority desc, nth, queued_at, id) as place
                            from turn)
                        select id, place from ranked where org_id = :org order by place limit 100
                        """)
                .param("org", orgId)
                .query((row, number) -> new QueueView.Entry(row.getString("id"), row.getLong("place")))
                .list();
        return new QueueView(counts.running(), counts.queued(), own);
    }
}
