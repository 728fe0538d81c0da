package dev.tenon.job;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The queue's classes over a database, without Spring. */
final class QueuedJobs {
    final JdbcClient jdbc;
    final JobQueue queue;
    final JobProgress progress;
    final JobEnding ending;
    final JobEvents events;
    final JobPause pause;
    final JobRows rows;
    final TestJobs hand;
    final List<Object> published = new CopyOnWriteArrayList<>();

    QueuedJobs(DataSource database) {
        jdbc = JdbcClient.create(database);
        hand = new TestJobs(jdbc);
        var transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        var json = new JobJson(JsonMapper.builder().build());
        events = new JobEvents(jdbc, json);
        pause = new JobPause(jdbc, transaction, events);
        var checkpoints = new JobCheckpoints(jdbc, json);
        rows = new JobRows(jdbc, json, checkpoints);
        ending = new JobEnding(jdbc, transaction, rows, events, published::add);
        queue = new JobQueue(jdbc, transaction, rows, events, ending);
        progress = new JobProgress(jdbc, transaction, events, new JobCurves(jdbc), checkpoints, json);
    }

    static JobOutcome outcome() {
        return new JobOutcome("folder", 10, 1000, Map.of(), Map.of());
    }
}
