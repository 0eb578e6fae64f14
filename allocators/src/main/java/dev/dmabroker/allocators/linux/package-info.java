/**
 * Linux system calls, and the heaps made of them. This package is not exported, and it alone uses
 * JNA.
 */
@NullMarked
package dev.dmabroker.allocators.linux;

import org.jspecify.annotations.NullMarked;
