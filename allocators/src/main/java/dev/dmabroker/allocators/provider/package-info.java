/** The classes that {@link java.util.ServiceLoader} loads; no application names them. */
@NullMarked
package dev.dmabroker.allocators.provider;

import org.jspecify.annotations.NullMarked;
