/** Server-sent events of running jobs: one reader a job, any number of watchers, nothing lost on a reconnect. */
@NullMarked
package dev.tenon.web.live;

import org.jspecify.annotations.NullMarked;
