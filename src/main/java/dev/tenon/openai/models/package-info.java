/** /v1/models. */
@NullMarked
package dev.tenon.openai.models;

import org.jspecify.annotations.NullMarked;
