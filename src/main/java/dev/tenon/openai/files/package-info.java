/** /v1/files. */
@NullMarked
package dev.tenon.openai.files;

import org.jspecify.annotations.NullMarked;
