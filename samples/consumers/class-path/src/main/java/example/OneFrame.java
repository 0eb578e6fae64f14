package example;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.UserMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A frame that moves as a display comes, and memory of the program that becomes a buffer. */
public final class OneFrame {
  private OneFrame() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (Broker broker =
        Broker.builder()
            .discoverHeaps()
            // Of ordinary memory: this program runs on any machine.
            .heap(ModelledHeap.builder("mine-scattered").build())
            .heap(ModelledHeap.builder("mine-contiguous").contiguous(true).addressBits(32).build())
            .build()) {
      Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
      Device display =
          broker.register(
              "display",
              Constraints.builder()
                  .permittedHeaps("mine-contiguous")
                  .contiguous()
                  .addressBits(32)
                  .strideAlignment(64)
                  .build());
      ImageSpec picture = ImageSpec.of(1920, 1080, PixelFormat.NV12);
      System.out.println(broker.plan(picture, List.of(camera, display)));
      moves(broker.export("frame", picture), camera, display);
      adopts(broker);
    }
  }

  private static void moves(SharedBuffer frame, Device camera, Device display) {
    Attachment in = frame.attach(camera);
    try (Mapping mapping = in.map(Access.OVERWRITE);
        CpuView pixels = mapping.cpuView()) {
      pixels.bytes().putInt(0, 0xcafe);
    }
    Attachment out = frame.attach(display);
    try (Mapping mapping = out.map(Access.READ);
        CpuView pixels = mapping.cpuView()) {
      int contents = pixels.bytes().getInt(0);
      System.out.printf(
          "%s lies in %s, generation %d, and has 0x%x%n",
          frame.name(), frame.heapName().orElse("no heap"), mapping.generation(), contents);
      check(contents == 0xcafe);
    }
  }

  private static void adopts(Broker broker) {
    ByteBuffer own = ByteBuffer.allocateDirect(4096).order(ByteOrder.nativeOrder());
    own.putInt(0, 42);
    SharedBuffer mine = broker.adopt("mine", BlobSpec.of(4096), UserMemory.of(own));
    Device reader = broker.register("reader", Constraints.builder().cpuOnly().build());
    try (Attachment attachment = mine.attach(reader);
        Mapping mapping = attachment.map(Access.READ);
        CpuView bytes = mapping.cpuView()) {
      System.out.println(mine.name() + " is read in place: " + bytes.bytes().getInt(0));
      check(bytes.bytes().getInt(0) == 42);
    }
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new AssertionError("the contents are lost");
    }
  }
}
