package dev.tenon.web.live;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** The feeds of all jobs that somebody watches now. */
@Component
@OnRole(Role.WEB)
class LiveJobs {
    private final JobApi jobs;
    private final ConcurrentMap<Key, JobFeed> feeds = new ConcurrentHashMap<>();

    private record Key(String orgId, String jobId) {}

    LiveJobs(JobApi jobs) {
        this.jobs = jobs;
    }

    JobLook look(Tenant tenant, String jobId) {
        return new JobLook(jobs, tenant, jobId);
    }

    /** A feed that the caller has joined and must leave. */
    JobFeed join(Tenant tenant, String jobId) {
        var key = new Key(tenant.orgId(), jobId);
        while (true) {
            var feed = feeds.computeIfAbsent(key, any -> new JobFeed(look(tenant, jobId)));
            if (feed.join()) {
                return feed;
            }
            feeds.remove(key, feed);
        }
    }

    void leave(Tenant tenant, String jobId, JobFeed feed) {
        feed.leave();
        if (feed.closed()) {
            feeds.remove(new Key(tenant.orgId(), jobId), feed);
        }
    }

    /** Open streams would hold up the shutdown of the server for as long as it is willing to wait. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        feeds.values().forEach(JobFeed::close);
    }
}
