package dev.dmabroker.samples.gstreamer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Sample;
import org.freedesktop.gstreamer.elements.AppSink;

/**
 * What a file has: the number that each picture tells, and how near each comes to what was drawn.
 *
 * @param numbers in the order of the file
 * @param worst the least peak signal-to-noise ratio of a picture, in decibels
 */
record Decoding(List<Integer> numbers, double worst) {
  Decoding {
    numbers = List.copyOf(numbers);
  }

  /** Decodes a file. Only brightness is looked at. */
  static Decoding of(Path file, Encoder encoder, Picture picture) {
    List<Integer> numbers = new ArrayList<>();
    double worst = Double.POSITIVE_INFINITY;
    try (RunningPipeline pipeline =
        new RunningPipeline(
            "filesrc location=\"%s\" ! matroskademux ! %s ! videoconvert"
                    .formatted(file, encoder.decoding())
                + " ! video/x-raw,format=%s ! appsink name=sink sync=false max-buffers=4"
                    .formatted(picture.gstFormat()))) {
      AppSink sink = pipeline.sink("sink");
      for (Sample sample; (sample = sink.pullSample()) != null; ) {
        Buffer buffer = sample.getBuffer();
        ByteBuffer bytes = buffer.map(false);
        int number = picture.number(bytes, 0, picture.lineBytes());
        numbers.add(number);
        worst = Math.min(worst, picture.decibels(bytes, 0, picture.lineBytes(), number));
        buffer.unmap();
        buffer.dispose();
        sample.dispose();
      }
    }
    return new Decoding(numbers, worst);
  }

  /** How many pictures of 0 to {@code frames} are not there once, in their order. */
  long misplaced(int frames) {
    long wrong = Math.abs(frames - numbers.size());
    for (int i = 0; i < Math.min(frames, numbers.size()); i++) {
      wrong += numbers.get(i) == i ? 0 : 1;
    }
    return wrong;
  }
}
