/**
 * The main job: a camera at 60 frames a second, and a contiguous-only display that attaches
 * halfway.
 */
@NullMarked
package dev.dmabroker.samples.lateattach;

import org.jspecify.annotations.NullMarked;
