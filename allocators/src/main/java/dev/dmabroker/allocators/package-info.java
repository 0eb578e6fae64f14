/** Where heaps come from: the kernel's own, and modelled ones for machines that have none. */
@NullMarked
package dev.dmabroker.allocators;

import org.jspecify.annotations.NullMarked;
