package dev.tenon.serving.deployment;

import java.time.Instant;

/**
 * A change of state that an organisation may see.
 *
 * @param type {@code pinned}, {@code unpinned}, {@code loading}, {@code ready}, {@code failed}, {@code unloaded},
 *     {@code deployed}, {@code deploy_failed}, {@code swapped}, {@code swap_failed}, {@code fused}, {@code unfused}, {@code fuse_failed},
 *     {@code replica_lost}
 * @param model whose state changed; empty where it concerns a whole replica
 * @param replica where; empty for a change of what is wished
 */
public record DeploymentEvent(
        long sequence, String type, String model, String replica, String message, Instant createdAt) {}
