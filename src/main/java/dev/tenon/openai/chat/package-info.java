/** /v1/chat/completions and /v1/completions, plain and as server-sent events. */
@NullMarked
package dev.tenon.openai.chat;

import org.jspecify.annotations.NullMarked;
