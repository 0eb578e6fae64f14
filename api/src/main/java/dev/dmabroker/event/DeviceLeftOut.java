package dev.dmabroker.event;

/**
 * A dispensable device is left out of a buffer, or served again.
 *
 * @param buffer the buffer's name
 * @param device the device's name
 * @param leftOut whether it is left out now
 */
public record DeviceLeftOut(String buffer, String device, boolean leftOut) {}
