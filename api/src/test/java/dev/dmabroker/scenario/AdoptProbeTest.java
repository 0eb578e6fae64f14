package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.PinnedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices that are asked whether they take adopted memory. */
class AdoptProbeTest extends AdoptFixture {
  private static final class Probe implements DeviceProbe {
    private final Verdict verdict;
    private long sampleBytes = SIZE;
    private boolean broken;
    private int asked;
    private int open;

    Probe(Verdict verdict) {
      this.verdict = verdict;
    }

    @Override
    public String name() {
      return "probe";
    }

    @Override
    public Sample sample(Constraints declared) {
      open++;
      return new Sample(sampleBytes, BlobSpec.of(sampleBytes).layout());
    }

    @Override
    public Answer tryImport(Backing backing, Sample sample) {
      asked++;
      if (broken) {
        throw new IllegalStateException("the driver is gone");
      }
      return new Answer(backing.sizeBytes() == SIZE ? verdict : Verdict.UNKNOWN, "as told");
    }

    @Override
    public void close() {
      open--;
    }
  }

  private DeviceSpec asking(Probe probe) {
    return DeviceSpec.builder("display").constraints(CONTIGUOUS).probe(probe).build();
  }

  @Test
  void whatADeviceTakesSuitsItWhateverIsKnown() {
    Probe probe = new Probe(DeviceProbe.Verdict.ACCEPTED);
    Device device = broker.register(asking(probe));
    probe.asked = 0;
    SharedBuffer frame = adopt(imported);
    Attachment out = frame.attach(device);
    assertEquals(42, read(out));
    assertEquals(1, probe.asked);
    assertEquals(0, probe.open);
  }

  @Test
  void whatIsLessThanADevicesSampleOrBreaksItsProbeDoesNot() {
    for (boolean broken : new boolean[] {false, true}) {
      Probe probe = new Probe(DeviceProbe.Verdict.ACCEPTED);
      try (Device device = broker.register(asking(probe))) {
        probe.sampleBytes = broken ? SIZE : SIZE + 1;
        probe.broken = broken;
        probe.asked = 0;
        SharedBuffer frame = adopt(imported);
        assertThrows(PinnedException.class, () -> frame.attach(device));
        assertEquals(broken ? 1 : 0, probe.asked);
        assertEquals(0, probe.open);
        frame.close();
      }
    }
  }

  @Test
  void whatADeviceRefusesOrDoesNotAnswerForDoesNot() {
    for (DeviceProbe.Verdict verdict :
        List.of(DeviceProbe.Verdict.REFUSED, DeviceProbe.Verdict.UNKNOWN)) {
      Probe probe = new Probe(verdict);
      // It takes what the heaps give, so that there is something to attach it to.
      try (Device device =
          broker.register(
              DeviceSpec.builder("display").constraints(CONTIGUOUS).probe(probe).build())) {
        SharedBuffer frame = adopt(imported);
        assertThrows(PinnedException.class, () -> frame.attach(device));
        assertEquals(0, probe.open);
        frame.close();
      }
    }
  }
}
