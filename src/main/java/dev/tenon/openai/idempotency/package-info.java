/** Retried creates: Idempotency-Key by Stripe's rules, and folding of SDK retries. */
@NullMarked
package dev.tenon.openai.idempotency;

import org.jspecify.annotations.NullMarked;
