/** The OpenAPI description of every endpoint. */
@NullMarked
package dev.tenon.openai.describe;

import org.jspecify.annotations.NullMarked;
