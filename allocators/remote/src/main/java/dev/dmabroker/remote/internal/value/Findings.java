package dev.dmabroker.remote.internal.value;

import dev.dmabroker.Device;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.remote.internal.wire.Finding;
import dev.dmabroker.remote.internal.wire.Verdict;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.Trait;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads what probes found. */
public final class Findings {
  private Findings() {}

  /** Writes a verdict. */
  public static Verdict write(DeviceProbe.Verdict verdict) {
    return switch (verdict) {
      case ACCEPTED -> Verdict.ACCEPTED;
      case REFUSED -> Verdict.REFUSED;
      case UNKNOWN -> Verdict.UNKNOWN;
    };
  }

  /** Reads a verdict; one that this version does not know counts as unknown. */
  public static DeviceProbe.Verdict read(Verdict verdict) {
    return switch (verdict) {
      case ACCEPTED -> DeviceProbe.Verdict.ACCEPTED;
      case REFUSED -> DeviceProbe.Verdict.REFUSED;
      case UNKNOWN, UNRECOGNIZED -> DeviceProbe.Verdict.UNKNOWN;
    };
  }

  /** Writes a finding. */
  public static Finding write(Device.Finding finding) {
    return Finding.newBuilder()
        .setHeap(finding.heap())
        .setVerdict(write(finding.verdict()))
        .setBasis(finding.basis().name())
        .setReason(finding.reason())
        .build();
  }

  /**
   * Reads findings.
   *
   * @throws BadMessageException if a value is unknown
   */
  public static List<Device.Finding> read(List<Finding> messages) throws BadMessageException {
    List<Device.Finding> findings = new ArrayList<>();
    for (Finding message : messages) {
      findings.add(
          new StateRecords.Finding(
              message.getHeap(),
              read(message.getVerdict()),
              Names.value(Trait.Basis.class, message.getBasis()),
              message.getReason()));
    }
    return List.copyOf(findings);
  }
}
