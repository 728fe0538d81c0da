package dev.tenon.web;

import dev.tenon.registry.AdapterVersionView;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended well: the version it made (null when that was deleted since) and what it gained over the base model.
 *
 * @param baseLoss the untouched base's loss on the same validation file, in nats a token; null without such a file
 * @param tunedLoss the chosen checkpoint's loss on it
 */
public record JobOutcome(
        @Nullable AdapterVersionView version,
        @Nullable Double baseLoss,
        @Nullable Double tunedLoss,
        @Nullable Double baseAccuracy,
        @Nullable Double tunedAccuracy) {}
