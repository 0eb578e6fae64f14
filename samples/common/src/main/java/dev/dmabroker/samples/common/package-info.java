/**
 * What samples have in common: a broker that runs everywhere ({@link
 * dev.dmabroker.samples.common.StandIns}), the choice of devices, and what a sample counts.
 */
@NullMarked
package dev.dmabroker.samples.common;

import org.jspecify.annotations.NullMarked;
