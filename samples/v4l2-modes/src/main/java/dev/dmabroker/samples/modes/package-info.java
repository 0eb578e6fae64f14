/** The same capture-to-display job by MMAP with copying, USERPTR and DMABUF. */
@NullMarked
package dev.dmabroker.samples.modes;

import org.jspecify.annotations.NullMarked;
