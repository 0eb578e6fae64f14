/** What {@link java.util.ServiceLoader} loads, and no application names. */
@NullMarked
package dev.dmabroker.allocators.provider;

import org.jspecify.annotations.NullMarked;
