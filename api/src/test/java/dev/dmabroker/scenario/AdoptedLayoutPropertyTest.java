package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random layouts of pictures, half of them damaged in one number: each is refused, or the picture
 * survives two moves byte by byte. The bytes are found by the formula that {@link Modifier} gives,
 * for the picture that the spec describes.
 */
class AdoptedLayoutPropertyTest extends Fixture {
  private static final int ROUNDS = Integer.getInteger("dmabroker.rounds", 200);
  private static final int MOST_BYTES = 1 << 20;

  private final Device camera = broker.register("camera", aligned(1).build());
  private final Device display = broker.register("display", aligned(1).contiguous().build());
  private final Device codec = broker.register("codec", aligned(96).build());

  /** Takes every format and modifier, with strides and offsets of its own. */
  private static ConstraintsBuilder aligned(int bytes) {
    return Constraints.builder()
        .image(
            ImageConstraints.builder()
                .anyModifier()
                .strideAlignment(bytes)
                .planeOffsetAlignment(bytes));
  }

  @Test
  void isRefusedOrThePictureSurvivesTwoMoves() {
    int kept = 0;
    for (int round = 0; round < ROUNDS; round++) {
      SplittableRandom random = new SplittableRandom(round);
      LayoutNumbers numbers = LayoutNumbers.random(random);
      boolean damaged = random.nextBoolean();
      if (damaged) {
        numbers.damage(random);
      }
      boolean survived = survives(numbers, "round " + round + ": " + numbers);
      assertTrue(survived || damaged, "round " + round + " refused: " + numbers);
      kept += survived ? 1 : 0;
    }
    assertTrue(kept < ROUNDS, "no layout was refused");
  }

  /** Adopts memory that lies like this and has it moved twice; false if it is refused. */
  private boolean survives(LayoutNumbers numbers, String at) {
    ImageSpec spec = numbers.spec();
    SharedBuffer adopted;
    try {
      Layout layout = numbers.layout();
      int bytes = (int) Math.max(1, Math.min(layout.sizeBytes(), MOST_BYTES));
      HeapTraits scattered = ScriptedHeap.ordinary().build();
      var memory = new ScriptedMemory(scattered, /* movable= */ true, bytes, null);
      adopted = broker.adopt("frame", spec, layout, memory);
    } catch (IllegalArgumentException | AllocationException e) {
      return false;
    }
    try (SharedBuffer buffer = adopted;
        Attachment first = buffer.attach(camera)) {
      fill(first, at.hashCode());
      ByteBuffer picture = picture(first, spec);
      try (Attachment second = buffer.attach(display)) {
        assertEquals(picture, picture(second, spec), at);
        assertEquals("cma", buffer.heapName().orElseThrow(), at);
        try (Attachment third = buffer.attach(codec)) {
          assertEquals(picture, picture(third, spec), at);
        }
      }
    }
    return true;
  }

  private static void fill(Attachment attachment, int seed) {
    try (Mapping mapping = attachment.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      byte[] bytes = new byte[view.bytes().capacity()];
      new Random(seed).nextBytes(bytes);
      view.bytes().put(0, bytes);
    }
  }

  /** Returns the bytes of the picture that the spec describes, plane by plane and line by line. */
  private static ByteBuffer picture(Attachment attachment, ImageSpec spec) {
    try (Mapping mapping = attachment.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      ByteBuffer picture = ByteBuffer.allocate(spec.width() * spec.height() * 8);
      Layout layout = mapping.layout();
      for (int plane = 0; plane < layout.planes().size(); plane++) {
        addPlane(picture, spec, layout, plane, view.bytes());
      }
      return picture.flip();
    }
  }

  private static void addPlane(
      ByteBuffer picture, ImageSpec spec, Layout layout, int index, ByteBuffer memory) {
    Layout.Image image = layout.image().orElseThrow();
    Layout.Plane plane = layout.planes().get(index);
    PixelFormat.Plane shape = image.format().planes().get(index);
    long tileBytes = image.modifier().tileBytes(image.format(), index);
    long tileLines = image.modifier().tileLines(image.format(), index);
    int groups = ceilDiv(spec.width(), shape.pixelsPerGroup());
    for (int y = 0; y < ceilDiv(spec.height(), shape.rowsPerLine()); y++) {
      for (int x = 0; x < groups * shape.bytesPerGroup(); x++) {
        long rowOfTiles = plane.offsetBytes() + y / tileLines * tileLines * plane.strideBytes();
        long tile = rowOfTiles + x / tileBytes * tileBytes * tileLines;
        picture.put(memory.get((int) (tile + y % tileLines * tileBytes + x % tileBytes)));
      }
    }
  }

  private static int ceilDiv(int value, int divisor) {
    return (value + divisor - 1) / divisor;
  }
}
