/** Loading and unloading adapters as vLLM's clients and Kubernetes sidecars do. */
@NullMarked
package dev.tenon.openai.adapters;

import org.jspecify.annotations.NullMarked;
