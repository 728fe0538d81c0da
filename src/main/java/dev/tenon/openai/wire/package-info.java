/** Reading request bodies field by field, and the list shape that three SDKs can page through. */
@NullMarked
package dev.tenon.openai.wire;

import org.jspecify.annotations.NullMarked;
