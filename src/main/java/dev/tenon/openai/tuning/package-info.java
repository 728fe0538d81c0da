/** /v1/fine_tuning/jobs. */
@NullMarked
package dev.tenon.openai.tuning;

import org.jspecify.annotations.NullMarked;
