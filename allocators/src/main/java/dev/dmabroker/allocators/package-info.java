/**
 * The heaps of Linux and what an application can adopt: the kernel's own heaps, and modelled ones
 * for machines that have none.
 */
@NullMarked
package dev.dmabroker.allocators;

import org.jspecify.annotations.NullMarked;
