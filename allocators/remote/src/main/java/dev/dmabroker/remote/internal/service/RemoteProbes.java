package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Findings;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Probe;
import dev.dmabroker.remote.internal.wire.ProbeAnswer;
import dev.dmabroker.remote.internal.wire.ProbesEnded;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.HeapException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The probes of one client: memory is offered to a device of another process by a message with its
 * descriptor. A client that does not answer in time has not said whether its device takes it.
 * Thread-safe.
 */
final class RemoteProbes {
  private static final int ANSWER_SECONDS = 5;
  private static final long MOST_BYTES = 256L << 20;
  private static final int REASON_LENGTH = 512;

  private final Session session;
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, CompletableFuture<DeviceProbe.Answer>> asked = new ConcurrentHashMap<>();

  RemoteProbes(Session session) {
    this.session = session;
    session.atEnd(
        () -> asked.values().forEach(each -> each.complete(unknown("the client has gone"))));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.PROBE_ANSWER,
        Where.AT_ONCE,
        (number, request, packet) -> {
          answered(request.getProbeAnswer());
          session.done(number);
        });
  }

  private static DeviceProbe.Answer unknown(String reason) {
    return new DeviceProbe.Answer(DeviceProbe.Verdict.UNKNOWN, reason);
  }

  private void answered(ProbeAnswer answer) {
    CompletableFuture<DeviceProbe.Answer> waiting = asked.remove(answer.getProbe());
    if (waiting != null) {
      String reason = answer.getReason();
      waiting.complete(
          new DeviceProbe.Answer(
              Findings.read(answer.getVerdict()),
              reason.substring(0, Math.min(REASON_LENGTH, reason.length()))));
    }
  }

  /**
   * The probe of a device.
   *
   * @throws BadMessageException if the sample that it wants makes no sense
   */
  DeviceProbe of(RegisterDevice request) throws BadMessageException {
    if (request.getSampleBytes() < 1 || request.getSampleBytes() > MOST_BYTES) {
      throw new BadMessageException(
          "a probe is offered 1 to " + MOST_BYTES + " bytes, not " + request.getSampleBytes());
    }
    try {
      var sample =
          new DeviceProbe.Sample(request.getSampleBytes(), Specs.read(request.getSampleLayout()));
      return new Remote(request.getProbe(), session.name() + "/" + request.getProbeName(), sample);
    } catch (IllegalArgumentException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()), e);
    }
  }

  private final class Remote implements DeviceProbe {
    private final long registration;
    private final String name;
    private final Sample sample;

    Remote(long registration, String name, Sample sample) {
      this.registration = registration;
      this.name = name;
      this.sample = sample;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Sample sample(Constraints declared) {
      return sample;
    }

    @Override
    public Answer tryImport(Backing backing, Sample offered) {
      Fd memory;
      try {
        memory = new Fd(backing.dupFd(), "a sample for " + name);
      } catch (HeapException e) {
        return unknown("the memory has no descriptor to send: " + e.getMessage());
      }
      long number = last.incrementAndGet();
      CompletableFuture<Answer> answer = new CompletableFuture<>();
      asked.put(number, answer.completeOnTimeout(late(), ANSWER_SECONDS, TimeUnit.SECONDS));
      session.tell(
          ToClient.newBuilder()
              .setProbe(
                  Probe.newBuilder()
                      .setProbe(number)
                      .setRegistration(registration)
                      .setSizeBytes(backing.sizeBytes())
                      .setLayout(Specs.write(offered.layout()))),
          List.of(memory));
      if (session.isEnded()) {
        return unknown("the client has gone");
      }
      try {
        return answer.join();
      } finally {
        asked.remove(number);
      }
    }

    private Answer late() {
      return unknown("the client did not answer within " + ANSWER_SECONDS + " s");
    }

    @Override
    public void close() {
      session.tell(
          ToClient.newBuilder()
              .setProbesEnded(ProbesEnded.newBuilder().setRegistration(registration)),
          List.of());
    }
  }
}
