package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/**
 * Weighs buffers with two attachments each. Answers {@code unbacked COUNT} and {@code backed COUNT}
 * with the bytes of heap that so many take; backed ones were mapped once through each attachment.
 * Ask once only: buffers stay.
 */
public final class MemoryWorker {
  private static final int COLLECTIONS = 3;

  private MemoryWorker() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws Exception {
    Worker.serve(words -> Long.toString(weigh(words[0], Integer.parseInt(words[1]))));
    Runtime.getRuntime().halt(0); // To take down a million buffers is not what was asked.
  }

  private static long weigh(String kind, int count) {
    boolean backed = kind.equals("backed");
    Broker broker = Broker.builder().heap(new OneBackingHeap()).heuristic(new LeastCost()).build();
    Device camera = broker.register("camera", Constraints.none());
    Device display = broker.register("display", Constraints.none());
    BlobSpec spec = BlobSpec.of(OneBackingHeap.BYTES);
    // What the user of a buffer keeps of it. The arrays themselves are there before.
    SharedBuffer[] buffers = new SharedBuffer[count + 1];
    Attachment[] attachments = new Attachment[2 * buffers.length];
    long before = 0;
    for (int i = 0; i < buffers.length; i++) {
      if (i == 1) {
        before = used(); // The first loads classes.
      }
      buffers[i] = broker.export(spec);
      attachments[2 * i] = buffers[i].attach(camera);
      attachments[2 * i + 1] = buffers[i].attach(display);
      if (backed) {
        attachments[2 * i].map(Access.OVERWRITE).close();
        attachments[2 * i + 1].map(Access.READ).close();
      }
    }
    long bytes = used() - before;
    if (buffers[count].state() != attachments[2 * count].buffer().state()) {
      throw new IllegalStateException("they are to be reachable up to here");
    }
    return bytes;
  }

  /** What is left of the heap's use when nothing more can be collected. */
  private static long used() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    for (int i = 0; i < COLLECTIONS; i++) {
      memory.gc();
    }
    return memory.getHeapMemoryUsage().getUsed();
  }
}
