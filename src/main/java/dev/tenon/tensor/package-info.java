/** Tensors over libtorch: scopes, gradient tape, kernels, devices and the memory ledger. The only importer of DJL's tensors. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core"})
package dev.tenon.tensor;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
