/** /v1/chat/completions, /v1/completions and /generate, plain and as server-sent events. */
@NullMarked
package dev.tenon.openai.chat;

import org.jspecify.annotations.NullMarked;
