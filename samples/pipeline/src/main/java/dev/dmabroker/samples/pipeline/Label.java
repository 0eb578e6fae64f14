package dev.dmabroker.samples.pipeline;

/**
 * What is known of a frame beside its contents.
 *
 * @param number the camera's, from 0; it stays with the frame through converter and codec
 * @param bytes how many are used
 */
record Label(long number, int bytes) {}
