/** /v1/uploads: a large file in parts, each sent again by itself when a connection breaks. */
@NullMarked
package dev.tenon.openai.uploads;

import org.jspecify.annotations.NullMarked;
