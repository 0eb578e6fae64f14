/**
 * V4L2 cameras and displays that import dma-bufs, for 64-bit Linux: a node ({@link
 * dev.dmabroker.samples.devices.V4l2Device}) with its signal, controls and codec, its queue of
 * imported buffers ({@link dev.dmabroker.samples.devices.V4l2Queue}), and what a program wants to
 * know about a frame.
 */
@NullMarked
package dev.dmabroker.samples.devices;

import org.jspecify.annotations.NullMarked;
