/**
 * Linux system calls, and the heaps made of them. This package is exported to this project's own
 * modules alone, and of this module's packages it alone uses JNA.
 */
@NullMarked
package dev.dmabroker.allocators.linux;

import org.jspecify.annotations.NullMarked;
