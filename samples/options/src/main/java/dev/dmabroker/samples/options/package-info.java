/**
 * The command line of a sample is a class with picocli's annotations; {@link
 * dev.dmabroker.samples.options.CommandLines} reads it. What picocli lacks are numbers within
 * limits ({@link dev.dmabroker.samples.options.Within}) and words of a list that the program has
 * ({@link dev.dmabroker.samples.options.OneOf}).
 */
@NullMarked
package dev.dmabroker.samples.options;

import org.jspecify.annotations.NullMarked;
