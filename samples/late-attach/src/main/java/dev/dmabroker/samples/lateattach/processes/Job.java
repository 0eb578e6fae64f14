package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.samples.common.DeviceChoice;
import dev.dmabroker.spec.ImageSpec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What to run.
 *
 * @param image what a frame is
 * @param rate frames a second
 * @param devices whether camera and display are the kernel's
 * @param seconds how long the camera captures; the display attaches halfway
 * @param socket of a service that is there; if empty, one is started for the run
 * @param viewer the program of the viewer; if empty, a JVM views
 */
public record Job(
    ImageSpec image,
    double rate,
    DeviceChoice devices,
    int seconds,
    Optional<Path> socket,
    Optional<Path> viewer) {}
