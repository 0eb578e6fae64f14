/**
 * Unix sockets that carry descriptors, and the poller that waits for many of them in one thread.
 * This package is exported to this project's own modules alone.
 */
@NullMarked
package dev.dmabroker.allocators.linux.socket;

import org.jspecify.annotations.NullMarked;
