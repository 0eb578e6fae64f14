/**
 * The values that say what buffers hold and what devices ask of their memory: sizes, formats,
 * layouts, constraints and accesses. All types are immutable values and depend on no other package
 * of the broker, and any thread may use them.
 *
 * <pre>
 *   BufferSpec                      what a buffer holds
 *     +-- ImageSpec                   a picture: width and height in pixels, PixelFormat
 *     +-- BlobSpec                    bytes, maybe of a CompressedFormat
 *
 *   Constraints                     what a device needs
 *     +-- fields of the memory        contiguous, addressBits, caching, heaps, ...
 *     +-- ImageConstraints            pictures, by format and Modifier: strides, sizes, planes
 *     +-- counts                      how many buffers it holds (camping)
 *     +-- preferences, by Usage       what it would rather have
 *
 *   Layout                          where the planes of a picture lie: offsets and strides in bytes
 *   Access                          READ, WRITE, READ_WRITE or OVERWRITE
 * </pre>
 *
 * <p>A device that scans out of contiguous memory, in lines of a multiple of 64 bytes:
 *
 * <pre>{@code
 * Constraints display =
 *     Constraints.builder()
 *         .contiguous()
 *         .addressBits(32)
 *         .image(ImageConstraints.builder().formats(PixelFormat.NV12).strideAlignment(64))
 *         .build();
 * ImageSpec picture = ImageSpec.of(1920, 1080, PixelFormat.NV12);
 * System.out.println(display + " for " + picture + ", at best " + picture.layout());
 * }</pre>
 *
 * <p>Values that contradict each other throw {@link dev.dmabroker.spec.InvalidConstraintException}
 * or {@link IllegalArgumentException} where they are made.
 */
@NullMarked
package dev.dmabroker.spec;

import org.jspecify.annotations.NullMarked;
