package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Pointer;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.devices.ImportCache;
import dev.dmabroker.devices.Loan;
import dev.dmabroker.spec.Layout;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Caps;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pad;
import org.freedesktop.gstreamer.Version;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.freedesktop.gstreamer.glib.Natives;
import org.jspecify.annotations.Nullable;

/**
 * Pushes the frames of one consumer of a stream into one {@code appsrc}, without a copy. A frame
 * becomes a GstBuffer with one GstMemory: a dma-buf, or memory by descriptor where the frame lies
 * in no dma-buf. A GstVideoMeta says where the planes begin and how long their lines are, and the
 * caps are those that the pipeline takes (plain or {@code memory:DMABuf}).
 *
 * <p><b>Lifetime.</b> The frame is released when GStreamer has let go of its memory: when each
 * element, each copy of the buffer and each part of the memory is done with it. An element that
 * keeps its last buffer, as sinks do, keeps the frame. Frames stay valid when the stream, the
 * consumer, the broker or this object is closed before that, and come back afterwards.
 *
 * <p><b>Moves.</b> A frame whose buffer has moved comes with other memory, of which the pipeline
 * sees nothing but new memory, and maybe other strides. The GstMemory of a place is made once and
 * kept ({@link ImportCache}), so that elements find what they have kept for it.
 *
 * <p>GStreamer may read frames only: an element that writes in place gets a copy from GStreamer.
 *
 * <p>One thread at a time pushes; {@link #close} may come from any.
 */
public final class GstFrames implements AutoCloseable {
  private static final long NO_TIME = -1;

  private final AppSrc source;
  private final FrameRate rate;
  private final boolean drmFormats = Gst.getVersion().checkSatisfies(Version.of(1, 24));
  private final ImportCache<LentMemory> imports =
      new ImportCache<>(
          new ImportCache.Importer<>() {
            @Override
            public LentMemory open(MappedMemory memory) {
              return LentMemory.of(memory);
            }

            @Override
            public void close(LentMemory imported) {
              imported.forget();
            }
          });

  // Of the last frame; the next one has the caps of that unless these differ.
  private @Nullable Layout lastLayout;
  private boolean lastDmaBuf;
  private volatile String lastCaps = "";

  /**
   * Prepares to push frames.
   *
   * @param source where the frames are pushed
   * @param rate frames a second, which the caps say
   * @throws IllegalArgumentException if the {@code appsrc} counts in bytes, as it does unless it is
   *     given {@code format=time} before it runs; elements could not tell when a frame is due
   */
  public GstFrames(AppSrc source, FrameRate rate) {
    String format = source.get("format").toString(); // A number, or the name of an enum's constant.
    if (!format.equals("3") && !format.equalsIgnoreCase("time")) { // GST_FORMAT_TIME.
      throw new IllegalArgumentException(
          source.getName() + " does not count in time; say appsrc format=time in the pipeline");
    }
    this.source = source;
    this.rate = rate;
  }

  /**
   * Pushes a frame. Does not block, whatever the {@code appsrc} has queued, unless it has the
   * property {@code block}.
   *
   * @param frame passes on, also if this throws; it is released when GStreamer has let go of it
   * @param nanos the time stamp in nanoseconds; -1 if it has none
   * @return OK if the pipeline took it; FLUSHING if it does not run, EOS if its end was said
   * @throws CapsMismatchException if what follows the {@code appsrc} does not take such frames
   * @throws GstMemoryException if GStreamer has no format for the pictures
   * @throws IllegalStateException if this is closed
   */
  public FlowReturn push(Frame frame, long nanos) {
    return push(frame, nanos, () -> {});
  }

  /**
   * Pushes a frame as {@link #push(Frame, long)} does.
   *
   * @param frame passes on, also if this throws
   * @param nanos the time stamp in nanoseconds; -1 if it has none
   * @param whenBack runs after the frame has been released, also if this throws, on whatever thread
   *     does so; has to be short, and must not throw
   * @return OK if the pipeline took it; FLUSHING if it does not run, EOS if its end was said
   */
  public FlowReturn push(Frame frame, long nanos, Runnable whenBack) {
    Runnable release =
        () -> {
          try {
            frame.close();
          } finally {
            whenBack.run();
          }
        };
    ImportCache.Use<LentMemory> use;
    try {
      use = imports.use(Loan.of(frame));
    } catch (Throwable t) {
      release.run();
      throw t;
    }
    Runnable back =
        () -> {
          try {
            use.close(); // First, as the memory may be lent again once the frame is released.
          } finally {
            release.run();
          }
        };
    Buffer buffer;
    try {
      Layout layout = frame.mapping().layout();
      sayCaps(layout, use.imported().isDmaBuf());
      buffer = buffer(layout, nanos, use.imported(), back);
    } catch (Throwable t) {
      back.run();
      throw t;
    }
    return source.pushBuffer(buffer);
  }

  private Buffer buffer(Layout layout, long nanos, LentMemory memory, Runnable back) {
    Buffer buffer = new Buffer();
    Pointer pointer = Natives.getRawPointer(buffer);
    try {
      addMeta(pointer, layout);
      if (nanos != NO_TIME) {
        buffer.setPresentationTimestamp(nanos);
        buffer.setDuration(rate.nanos(1));
      }
      memory.lendTo(pointer, back);
      return buffer;
    } catch (Throwable t) {
      buffer.dispose(); // It has no memory.
      throw t;
    }
  }

  /** Of a picture that is not stored in lines, the caps say all that is known. */
  private static void addMeta(Pointer buffer, Layout layout) {
    Layout.Image image = layout.image().orElseThrow();
    int format =
        GstFormats.name(image.format())
            .map(GstNative.video()::gst_video_format_from_string)
            .orElse(0);
    List<Layout.Plane> planes = layout.planes();
    if (format == 0 || planes.size() > GstNative.MAX_PLANES) {
      return;
    }
    long[] offsets = new long[GstNative.MAX_PLANES];
    int[] strides = new int[GstNative.MAX_PLANES];
    for (int i = 0; i < planes.size(); i++) {
      offsets[i] = planes.get(i).offsetBytes();
      strides[i] = Math.toIntExact(planes.get(i).strideBytes());
    }
    GstNative.video()
        .gst_buffer_add_video_meta_full(
            buffer,
            0,
            format,
            image.codedWidth(),
            image.codedHeight(),
            planes.size(),
            offsets,
            strides);
  }

  /** Tells the pipeline the caps where they differ from those of the frame before. */
  private void sayCaps(Layout layout, boolean dmaBuf) {
    if (layout.equals(lastLayout) && dmaBuf == lastDmaBuf) {
      return;
    }
    List<String> offered = FrameCaps.of(layout, rate, dmaBuf, drmFormats);
    Pad pad = source.getStaticPad("src");
    Caps taken = pad.peerQueryCaps(null);
    try {
      String chosen = FrameCaps.choose(source.getName(), offered, taken);
      if (!chosen.equals(lastCaps)) {
        Caps caps = Caps.fromString(chosen);
        source.setCaps(caps);
        caps.dispose();
      }
      lastCaps = chosen;
      lastLayout = layout;
      lastDmaBuf = dmaBuf;
    } finally {
      taken.dispose();
    }
  }

  /** {@return the caps of the last frame; empty before the first} */
  public String caps() {
    return lastCaps;
  }

  /** {@return how many places of buffers are known to GStreamer now} */
  public int memories() {
    return imports.count();
  }

  /**
   * Pushes no more. Memory that GStreamer does not use is given back now, and the rest once it has
   * let go. Does not block; a second call does nothing.
   */
  @Override
  public void close() {
    imports.close();
  }
}
