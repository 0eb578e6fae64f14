package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a trial import teaches. */
class ProbingTest extends Fixture {

  /** Takes contiguous memory, as far as it is asked. */
  private final class Importer implements DeviceProbe {
    private final Map<Integer, Answer> answers = new HashMap<>();
    private final Set<String> faults = new HashSet<>();
    private Runnable onSample = () -> {};
    private int asked;
    private int closed;

    @Override
    public String name() {
      return "importer";
    }

    @Override
    public Sample sample(Constraints declared) {
      onSample.run();
      strike("sample");
      return new Sample(SIZE, BlobSpec.of(SIZE).layout());
    }

    @Override
    public Answer tryImport(Backing backing, Sample sample) {
      assertEquals(1, live(), "one sample at a time");
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
      strike("close");
    }

    private void strike(String call) {
      if (faults.contains(call)) {
        throw new IllegalStateException("no " + call);
      }
    }
  }

  private final Importer importer = new Importer();
  private List<ScriptedHeap> heaps = List.of(system, cma);

  private int live() {
    return heaps.stream().mapToInt(ScriptedHeap::live).sum();
  }

  private Device register() {
    Device device = broker.register(DeviceSpec.builder("vivid").probe(importer).build());
    assertEquals(1, importer.closed);
    assertEquals(0, live(), "nothing is left of the samples");
    return device;
  }

  private static List<String> told(Device device) {
    return device.findings().stream()
        .map(each -> each.heap() + " " + each.verdict() + " " + each.basis())
        .toList();
  }

  @Test
  void aSampleHoldsItsLayout() {
    Layout layout = BlobSpec.of(SIZE).layout();
    assertSays(
        assertThrows(
            IllegalArgumentException.class, () -> new DeviceProbe.Sample(SIZE - 1, layout)),
        "a sample of 65535 bytes does not hold");
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
    broker.register(DeviceSpec.builder("vivid").build());
    assertThrows(
        DuplicateNameException.class,
        () -> broker.register(DeviceSpec.builder("vivid").probe(importer).build()));
    assertEquals(0, importer.asked);
    assertEquals(0, system.allocations());
  }

  @Test
  void aNameThatIsTakenWhileTheDeviceIsAskedIsRefused() {
    importer.onSample = () -> broker.register("vivid", CONTIGUOUS);
    assertThrows(DuplicateNameException.class, this::register);
    assertEquals(1, broker.snapshot().devices().size());
    assertEquals(CONTIGUOUS, broker.snapshot().devices().get(0).constraints());
  }

  @Test
  void withoutAProbeNothingIsAsked() {
    assertEquals(List.of(), broker.register(DeviceSpec.builder("plain").build()).findings());
    assertEquals(0, system.allocations());
  }

  private Device registerWithFullHeaps(ScriptedHeap... full) {
    broker.close();
    BrokerBuilder with = builder();
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

  @Test
  void aProbeThatGivesNoSampleTeachesNothingOfAnyHeap() {
    importer.faults.add("sample");
    Device device = register();
    assertEquals(List.of("system UNKNOWN UNKNOWN", "cma UNKNOWN UNKNOWN"), told(device));
    for (Device.Finding finding : device.findings()) {
      assertEquals("the probe threw java.lang.IllegalStateException: no sample", finding.reason());
    }
    assertEquals(0, importer.asked);
    assertEquals(0, system.allocations() + cma.allocations());
  }

  @Test
  void whatItLearntHoldsThoughItDoesNotClose() {
    importer.faults.add("close");
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "EFAULT"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    assertEquals(List.of("system REFUSED PROBED", "cma ACCEPTED PROBED"), told(register()));
  }

  /** What both have, or both lack, tells nothing; the next trait may. */
  @Test
  void anyTraitThatDriversDependOnMayTell() {
    for (boolean cached : new boolean[] {false, true}) {
      broker.close();
      importer.asked = 0;
      importer.closed = 0;
      heaps = List.of(heap("cached", true), heap("uncached", false), heap("like", cached));
      heaps.get(2).capacity(0);
      BrokerBuilder builder = Broker.builder().heuristic(new InOrder());
      heaps.forEach(builder::heap);
      broker = builder.build();
      importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
      importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "EFAULT"));
      Device device = register();
      assertEquals(cached ? "like ACCEPTED ASSUMED" : "like REFUSED ASSUMED", told(device).get(2));
      String reason = device.findings().get(2).reason();
      assertTrue(reason.contains("those that are cached, and no other"), reason);
    }
  }

  private static ScriptedHeap heap(String name, boolean cached) {
    return new ScriptedHeap(name, ScriptedHeap.ordinary().cached(Trait.declared(cached)).build());
  }

  @Test
  void aPlanSaysOfEachHeapWhyTheDeviceRefusedIt() {
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "EFAULT"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.REFUSED, "ENXIO"));
    Device device = register();
    assertEquals(
        List.of(
            "system forbiddenHeaps the device was asked and refused: EFAULT",
            "cma forbiddenHeaps the device was asked and refused: ENXIO"),
        broker.plan(BlobSpec.of(1), List.of(device)).passedOver().stream()
            .map(each -> each.heap() + " " + each.field() + " " + each.reason())
            .toList());
  }

  @Test
  void aPlanDoesNotSayThatADeviceRefusedWhatItTook() {
    importer.answers.put(1, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    importer.answers.put(2, new DeviceProbe.Answer(DeviceProbe.Verdict.ACCEPTED, "imported"));
    Device device =
        broker.register(
            DeviceSpec.builder("vivid")
                .constraints(Constraints.builder().forbiddenHeaps("system").build())
                .probe(importer)
                .build());
    var passedOver = broker.plan(BlobSpec.of(1), List.of(device)).passedOver().get(0);
    assertEquals("forbiddenHeaps", passedOver.field());
    assertFalse(passedOver.reason().contains("asked"), passedOver.reason());
  }
}
