package dev.tenon.job;

import java.util.Map;

/** The condition under which a worker's write counts, in one place. */
final class LeaseGuard {
    static final String WHERE =
            " where id = :leaseJob and status = 'RUNNING' and lease_owner = :leaseOwner and lease_epoch = :leaseEpoch";

    private LeaseGuard() {}

    static Map<String, Object> params(JobLease lease) {
        return Map.of("leaseJob", lease.jobId(), "leaseOwner", lease.owner(), "leaseEpoch", lease.epoch());
    }

    static void require(JobLease lease, int rows) {
        if (rows != 1) {
            throw new StaleLease(lease);
        }
    }
}
