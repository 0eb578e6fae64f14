/**
 * The job across processes: a service, a camera in this JVM, a viewer that is no JVM where its
 * program is there, and a display in a process that attaches late. {@link
 * dev.dmabroker.samples.lateattach.processes.Processes} runs them.
 */
@NullMarked
package dev.dmabroker.samples.lateattach.processes;

import org.jspecify.annotations.NullMarked;
