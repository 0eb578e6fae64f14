/** Linux system calls, and the heaps made of them. Not exported; JNA is used here alone. */
@NullMarked
package dev.dmabroker.allocators.linux;

import org.jspecify.annotations.NullMarked;
