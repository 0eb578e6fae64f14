/** Tests of the system calls and of what is made of them. */
@NullMarked
package dev.dmabroker.allocators.linux;

import org.jspecify.annotations.NullMarked;
