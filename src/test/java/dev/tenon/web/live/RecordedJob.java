package dev.tenon.web.live;

import dev.tenon.identity.Tenant;
import dev.tenon.job.HyperparametersView;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobEventView;
import dev.tenon.job.JobStatus;
import dev.tenon.job.JobView;
import dev.tenon.job.MetricSeries;
import dev.tenon.job.MetricSeries.EvaluationPoint;
import dev.tenon.job.MetricSeries.StepPoint;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A job in memory that a test moves on by hand. */
final class RecordedJob {
    static final String ID = "ftjob-recorded";
    static final Tenant TENANT = new Tenant("org_test", "user_test", Tenant.Access.MEMBER);

    private final TreeMap<Integer, StepPoint> steps = new TreeMap<>();
    private final List<EvaluationPoint> evaluations = new ArrayList<>();
    private final List<JobEventView> events = new ArrayList<>();
    private JobStatus status = JobStatus.RUNNING;
    private int step;

    synchronized void step(int number, double loss) {
        steps.put(number, new StepPoint(number, number / 10.0, loss, null, 1e-4, null, 1000, Instant.EPOCH));
        step = number;
    }

    synchronized void evaluation(int number, boolean base) {
        evaluations.add(new EvaluationPoint(number, 2, null, true, base, Instant.EPOCH));
    }

    synchronized void event(String message) {
        long sequence = events.size() + 1L;
        events.add(new JobEventView("ftevent-" + sequence, Instant.EPOCH, "info", message, "message", null, sequence));
    }

    synchronized void fallBackTo(int number) {
        steps.tailMap(number, false).clear();
        step = number;
    }

    synchronized void end() {
        status = JobStatus.SUCCEEDED;
    }

    JobApi api() {
        return (JobApi) Proxy.newProxyInstance(
                JobApi.class.getClassLoader(), new Class<?>[] {JobApi.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "get" -> view();
                        case "metrics" -> metrics((int) arguments[2]);
                        case "eventsAfter" -> eventsAfter((long) arguments[2]);
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private synchronized MetricSeries metrics(int after) {
        return new MetricSeries(
                List.copyOf(steps.tailMap(after, false).values()),
                evaluations.stream().filter(point -> point.step() > after).toList());
    }

    private synchronized List<JobEventView> eventsAfter(long sequence) {
        return events.stream().filter(event -> event.sequence() > sequence).toList();
    }

    private synchronized JobView view() {
        return new JobView(
                ID,
                TENANT.orgId(),
                Instant.EPOCH,
                null,
                null,
                null,
                null,
                new HyperparametersView(1, 1, 1, null),
                "tenon-base-7m",
                List.of(),
                1,
                status,
                null,
                "file-1",
                null,
                null,
                Map.of(),
                "",
                Map.of(),
                "lora",
                step,
                100,
                "train",
                null);
    }
}
