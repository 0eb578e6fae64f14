/**
 * Mapping without a lock: how a mapping is let in and out, and how a mover learns that none is
 * left. {@code FollowedMapping} closes a mapping that an application lost. {@code BufferLease} is a
 * mapping that stands while it is not used. Start with {@code Gate}, whose head holds the proof.
 */
@NullMarked
package dev.dmabroker.internal.gate;

import org.jspecify.annotations.NullMarked;
