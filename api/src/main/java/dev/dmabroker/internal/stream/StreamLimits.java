package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamSpec;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.placement.BufferCounts;
import dev.dmabroker.internal.placement.Participant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a stream: how many buffers it has at least and at most, by its spec and by what its
 * devices declare. Used under the stream's lock, except for {@link #agrees}.
 */
final class StreamLimits {
  private final StreamSpec spec;
  private final StreamPool pool;
  private final StreamDevices devices;

  StreamLimits(StreamSpec spec, StreamPool pool, StreamDevices devices) {
    this.spec = spec;
    this.pool = pool;
    this.devices = devices;
  }

  /** The fewest buffers that the stream may have. */
  int floor() {
    return Math.toIntExact(Math.max(spec.minBuffers(), counts(devices.all()).count()));
  }

  /** The reason why there may be no more buffers; null if there may be. */
  @Nullable String reached() {
    return pool.limit(counts(devices.all()).most());
  }

  /**
   * The index of a buffer that has to be made before the stream starts; -1 if there are enough.
   *
   * @throws IllegalArgumentException if the stream's limits are lower
   */
  int reserveMissing() {
    int floor = floor();
    if (pool.reserved() >= floor) {
      return -1;
    }
    // Without this look the stream would be filled up to its limit before it is refused.
    String limit = floor > spec.maxBuffers() ? "it may have " + spec.maxBuffers() : reached();
    if (limit != null) {
      throw new IllegalArgumentException(
          "cannot start "
              + spec.name()
              + ": its devices need "
              + floor
              + " buffers and "
              + limit
              + "; allow it more with maxBuffers or maxBytes");
    }
    return pool.reserve();
  }

  /**
   * Whether the counts that devices declare can be met together.
   *
   * @throws IllegalArgumentException if they can, but not within the limits of the stream
   */
  boolean agrees(List<RegisteredDevice> together) {
    BufferCounts counts = counts(together);
    if (counts.isPossible() && counts.count() > spec.maxBuffers()) {
      throw new IllegalArgumentException(
          Participant.names(together)
              + " declared to need "
              + counts.count()
              + " buffers together, and stream "
              + spec.name()
              + " may have "
              + spec.maxBuffers()
              + "; allow it more with maxBuffers, or let the devices declare less");
    }
    return counts.isPossible();
  }

  /**
   * What the devices declare together. Beside the buffers that consumers hold there is one to fill,
   * even if the producer, which is the first of the devices, did not declare it.
   */
  private static BufferCounts counts(List<RegisteredDevice> together) {
    BufferCounts all =
        Holdings.camping(together.get(0).constraints()) < 0
            ? new BufferCounts(1, 0, 1, Long.MAX_VALUE)
            : BufferCounts.NONE;
    for (RegisteredDevice device : together) {
      all = all.and(BufferCounts.of(device.constraints().counts()));
    }
    return all;
  }
}
