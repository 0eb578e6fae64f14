/**
 * The broker's service as a program: {@link dev.dmabroker.samples.broker.Main} reads a {@link
 * dev.dmabroker.samples.broker.Configuration} and runs a {@link
 * dev.dmabroker.samples.broker.Service}; {@link dev.dmabroker.samples.broker.Top} shows one.
 */
@NullMarked
package dev.dmabroker.samples.broker;

import org.jspecify.annotations.NullMarked;
