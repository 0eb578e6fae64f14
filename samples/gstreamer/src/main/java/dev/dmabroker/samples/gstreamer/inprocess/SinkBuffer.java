package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import dev.dmabroker.gstreamer.PipelineBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A GstBuffer that came out of an appsink, by one reference, which {@link #unref} gives back.
 *
 * @param pointer the GstBuffer
 */
record SinkBuffer(Pointer pointer) {
  private static final long NO_TIME = -1;

  /** Takes a reference to a sample's buffer; null if it has none. The sample stays the caller's. */
  static @Nullable SinkBuffer of(Pointer sample) {
    Pointer buffer = GstNative.core().gst_sample_get_buffer(sample);
    return buffer == null ? null : new SinkBuffer(GstNative.core().gst_mini_object_ref(buffer));
  }

  /** Gives the reference back, on any thread. To be called once. */
  void unref() {
    GstNative.core().gst_mini_object_unref(pointer);
  }

  /**
   * Where the buffer lies. Its descriptor is valid until {@link #unref}.
   *
   * @param element names the appsink in errors
   * @throws NoDescriptorException if it has several memories, or one without a descriptor
   */
  PipelineBuffer describe(String element, String caps) {
    int memories = GstNative.core().gst_buffer_n_memory(pointer);
    if (memories != 1) {
      throw new NoDescriptorException(
          ("a buffer of %s has %d memories, and buffers of one are adopted (%s); let the element"
                  + " before it have a format whose planes share one memory, such as NV12 instead of"
                  + " NV12M, or copy into a frame of a stream")
              .formatted(element, memories, caps));
    }
    Pointer memory = GstNative.core().gst_buffer_peek_memory(pointer, 0);
    if (GstNative.allocators().gst_is_fd_memory(memory) == 0) {
      throw new NoDescriptorException(
          ("a buffer of %s has memory without a descriptor, which cannot be adopted (%s); let the"
                  + " element before it deliver dma-bufs, as v4l2src io-mode=dmabuf does, or copy"
                  + " into a frame of a stream")
              .formatted(element, caps));
    }
    LongByReference offset = new LongByReference();
    long size = GstNative.core().gst_memory_get_sizes(memory, offset, new LongByReference());
    long pts = GstNative.BufferHead.pts(pointer);
    return new PipelineBuffer(
        GstNative.allocators().gst_fd_memory_get_fd(memory),
        offset.getValue(),
        size,
        caps,
        planes(),
        pts == NO_TIME ? Optional.empty() : Optional.of(Duration.ofNanos(pts)));
  }

  private List<PipelineBuffer.Plane> planes() {
    Pointer meta = GstNative.video().gst_buffer_get_video_meta(pointer);
    List<PipelineBuffer.Plane> planes = new ArrayList<>();
    if (meta != null) {
      GstNative.VideoMeta its = new GstNative.VideoMeta(meta);
      for (int i = 0; i < Math.min(its.planes, GstNative.MAX_PLANES); i++) {
        planes.add(new PipelineBuffer.Plane(its.offset[i], its.stride[i]));
      }
    }
    return planes;
  }
}
