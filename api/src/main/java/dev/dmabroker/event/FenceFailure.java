package dev.dmabroker.event;

import dev.dmabroker.spec.Access;

/**
 * The fence that a mapping waited for signalled an error. The mapping has ended.
 *
 * @param buffer the buffer's name
 * @param device whose mapping it was
 * @param access what it was made for
 * @param errno why, as a positive errno
 */
public record FenceFailure(String buffer, String device, Access access, int errno) {}
