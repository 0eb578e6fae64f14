/** The engine. Not exported. */
@NullMarked
package dev.dmabroker.internal;

import org.jspecify.annotations.NullMarked;
