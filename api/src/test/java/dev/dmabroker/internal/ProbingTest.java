package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BlobSpec;
import dev.dmabroker.Broker;
import dev.dmabroker.Constraints;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a trial import teaches. */
class ProbingTest extends Fixture {

  /** Takes contiguous memory, as far as it is asked. */
  private final class Importer implements DeviceProbe {
    private final Map<Integer, Answer> answers = new HashMap<>();
    private int asked;
    private int closed;

    @Override
    public String name() {
      return "importer";
    }

    @Override
    public Sample sample(Constraints declared) {
      return new Sample(SIZE, BlobSpec.of(SIZE).layout());
    }

    @Override
    public Answer tryImport(Backing backing, Sample sample) {
      assertEquals(1, system.live() + cma.live(), "one sample at a time");
      asked++;
      Answer answer = answers.get(asked);
      if (answer == null) {
        throw new IllegalStateException("the driver is gone");
      }
      return answer;
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private final Importer importer = new Importer();

  private Device register() {
    Device device = broker.register(DeviceSpec.named("vivid").probe(importer));
    assertEquals(1, importer.closed);
    assertEquals(0, system.live() + cma.live(), "nothing is left of the samples");
    return device;
  }

  private static List<String> told(Device device) {
    return device.findings().stream()
        .map(each -> each.heap() + " " + each.verdict() + " " + each.basis())
        .toList();
  }

  @Test
  void whatItRefusesIsForbiddenToIt() {
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "EFAULT"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    Device device = register();
    assertEquals(List.of("system REFUSED PROBED", "cma ACCEPTED PROBED"), told(device));
    assertEquals("forbiddenHeaps=[system]", device.constraints().toString());
    assertEquals("EFAULT", device.findings().get(0).reason());
    assertEquals("cma", broker.plan(BlobSpec.of(1), List.of(device)).placements().get(0).heap());
    assertEquals(2, broker.snapshot().devices().get(0).findings().size());
  }

  @Test
  void whatCouldNotBeTriedIsInferredFromTheOthers() {
    broker.close();
    ScriptedHeap full = new ScriptedHeap("full", ScriptedHeap.ordinary().build());
    full.capacity(0);
    broker = builder().heap(full).build();
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "EFAULT"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    Device device = register();
    assertEquals("full REFUSED ASSUMED", told(device).get(2));
    assertTrue(
        device.findings().get(2).reason().contains("physically contiguous"),
        device.findings().get(2).reason());
    assertEquals("forbiddenHeaps=[full, system]", device.constraints().toString());
  }

  @Test
  void aProbeThatThrowsTeachesNothing() {
    Device device = register();
    assertEquals(List.of("system UNKNOWN UNKNOWN", "cma UNKNOWN UNKNOWN"), told(device));
    assertEquals(Constraints.none(), device.constraints());
  }

  @Test
  void aDeviceThatCannotBeRegisteredIsNotAsked() {
    broker.register(DeviceSpec.named("vivid"));
    assertThrows(
        DuplicateNameException.class,
        () -> broker.register(DeviceSpec.named("vivid").probe(importer)));
    assertEquals(0, importer.asked);
    assertEquals(0, system.allocations());
  }

  @Test
  void withoutAProbeNothingIsAsked() {
    assertEquals(List.of(), broker.register(DeviceSpec.named("plain")).findings());
    assertEquals(0, system.allocations());
  }

  private Device registerWithFullHeaps(ScriptedHeap... full) {
    broker.close();
    Broker.Builder with = builder();
    for (ScriptedHeap each : full) {
      each.capacity(0);
      with.heap(each);
    }
    broker = with.build();
    return register();
  }

  private static ScriptedHeap contiguous(String name) {
    return new ScriptedHeap(name, ScriptedHeap.cma().traits());
  }

  @Test
  void whatHasTheTraitIsAssumedToBeTakenAndSaysWhyItWasNotTried() {
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "EFAULT"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    Device device =
        registerWithFullHeaps(
            contiguous("like-cma"), new ScriptedHeap("like-system", system.traits()));
    assertEquals(
        List.of("like-cma ACCEPTED ASSUMED", "like-system REFUSED ASSUMED"),
        told(device).subList(2, 4));
    assertEquals(
        "of the heaps that were tried, the device took those that are physically contiguous, and no"
            + " other; this one is physically contiguous. It was not tried: the heap gave no memory"
            + " to try it with: ENOMEM",
        device.findings().get(2).reason());
    assertTrue(
        device.findings().get(3).reason().contains("not known to be physically contiguous"),
        device.findings().get(3).reason());
  }

  /** Of heaps that are all taken, or all refused, no trait tells anything. */
  @ParameterizedTest
  @EnumSource(names = {"ACCEPTED", "REFUSED"})
  void whereAllAnswersAreTheSameNothingIsInferred(DeviceProbe.Verdict verdict) {
    importer.answers.put(1, new DeviceProbe.Answer(verdict, "it is so"));
    importer.answers.put(2, new DeviceProbe.Answer(verdict, "it is so"));
    Device device = registerWithFullHeaps(contiguous("full"));
    assertEquals("full UNKNOWN UNKNOWN", told(device).get(2));
    assertEquals(
        "the heap gave no memory to try it with: ENOMEM", device.findings().get(2).reason());
  }

  @Test
  void anAnswerThatLeavesItOpenForbidsNothing() {
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.UNKNOWN, "no such ioctl"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    Device device = register();
    assertEquals(List.of("system UNKNOWN UNKNOWN", "cma ACCEPTED PROBED"), told(device));
    assertEquals("no such ioctl", device.findings().get(0).reason());
    assertEquals(Constraints.none(), device.constraints());
  }

  @Test
  void aProbeThatThrowsOnceIsAskedAboutTheOtherHeaps() {
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    Device device = register();
    assertEquals(List.of("system UNKNOWN UNKNOWN", "cma ACCEPTED PROBED"), told(device));
    assertEquals(
        "the probe threw java.lang.IllegalStateException: the driver is gone",
        device.findings().get(0).reason());
  }
}
