package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.heuristics.Pressure;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.util.ArrayList;
import java.util.List;

/**
 * A broker with many buffers, each of which has memory, an owner and an attachment; with a device
 * for ten buffers, and a trust group for a hundred.
 */
final class Crowd implements AutoCloseable {
  /** How many buffers a device has. */
  static final int BUFFERS_OF_A_DEVICE = 10;

  /** How many buffers a trust group has. */
  static final int BUFFERS_OF_A_GROUP = 100;

  /** The heap with as much room as is wanted, and another like it. */
  static final String HOME = OneBackingHeap.NAME;

  static final String OTHER = "other";

  /** The heap with little room. */
  static final String SCARCE = "scarce";

  /** The heap whose memory has descriptors. */
  static final String MODELLED = "modelled";

  static final int SCARCE_BUFFERS = 16;
  static final BlobSpec PAGE = BlobSpec.of(OneBackingHeap.BYTES);

  private final Broker broker;
  private final List<SharedBuffer> buffers = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();

  Crowd() {
    broker =
        Broker.builder()
            .heap(new OneBackingHeap())
            .heap(new OneBackingHeap(OTHER))
            .heap(new OneBackingHeap(SCARCE, SCARCE_BUFFERS))
            .heap(ModelledHeap.builder(MODELLED).build())
            .heuristic(new Pressure(new LeastCost(), /* highWatermark= */ 1, 1e9))
            .build();
  }

  Broker broker() {
    return broker;
  }

  /** A device whose memory may lie in these heaps alone. */
  Device device(String name, String group, String... heaps) {
    return broker.register(
        DeviceSpec.builder(name)
            .group(group)
            .constraints(Constraints.builder().permittedHeaps(heaps).build())
            .build());
  }

  /** Makes so many buffers in all. */
  void grow(int count) {
    Device device = null;
    for (int i = buffers.size(); i < count; i++) {
      String group = "group-" + i / BUFFERS_OF_A_GROUP;
      if (device == null || i % BUFFERS_OF_A_DEVICE == 0) {
        device = device(group + "/device-" + i / BUFFERS_OF_A_DEVICE, group, HOME, OTHER, SCARCE);
      }
      SharedBuffer buffer = broker.export(group + "/buffer-" + i, PAGE, device);
      Attachment attachment = buffer.attach(device);
      attachment.map(Access.OVERWRITE).close();
      buffers.add(buffer);
      attachments.add(attachment);
    }
  }

  @Override
  public void close() {
    broker.close();
  }
}
