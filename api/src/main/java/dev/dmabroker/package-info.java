/** What an application uses: the broker, devices and their constraints, buffers, mappings. */
@NullMarked
package dev.dmabroker;

import org.jspecify.annotations.NullMarked;
