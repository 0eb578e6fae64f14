package dev.dmabroker.event;

import dev.dmabroker.UnsatisfiableException;

/**
 * A device could not be attached, for no heap suits it together with those that are attached.
 * Nothing has changed.
 *
 * @param buffer the buffer's name
 * @param device the device's name
 * @param explanation what the caller got: the smallest conflict, and what would resolve it
 */
public record AttachRefused(String buffer, String device, UnsatisfiableException explanation) {}
