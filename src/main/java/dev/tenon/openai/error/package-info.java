/** How failures look on the wire: the OpenAI error object, request ids and retry hints. */
@NullMarked
package dev.tenon.openai.error;

import org.jspecify.annotations.NullMarked;
