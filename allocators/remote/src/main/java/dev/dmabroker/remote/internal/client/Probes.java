package dev.dmabroker.remote.internal.client;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LinuxBacking;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Findings;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Probe;
import dev.dmabroker.remote.internal.wire.ProbeAnswer;
import dev.dmabroker.remote.internal.wire.ProbesEnded;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.HeapException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The probes of this client's devices. The service offers memory to them while a device is being
 * registered, and when a heap joins; they are asked on a thread that does nothing else.
 * Thread-safe.
 */
final class Probes {
  private static final int ROOM = 1024;

  private final Link link;
  private final Lane lane = new Lane("remote-probes", ROOM);
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, DeviceProbe> probes = new ConcurrentHashMap<>();

  Probes(Link link) {
    this.link = link;
  }

  /** A device with a probe is about to be registered. Returns the number to name the probe by. */
  long add(DeviceProbe probe) {
    long number = last.incrementAndGet();
    probes.put(number, probe);
    return number;
  }

  /** The device is not registered, or is closed. */
  void remove(long number) {
    probes.remove(number);
  }

  /** The service offers memory. In the thread that receives. */
  void offer(Probe message, Packet packet) throws BadMessageException {
    DeviceProbe probe = probes.get(message.getRegistration());
    Fd fd = packet.take(message.getDescriptor());
    if (probe == null || fd == null) {
      if (fd != null) {
        fd.close();
      }
      answer(
          message,
          new DeviceProbe.Answer(
              DeviceProbe.Verdict.UNKNOWN,
              probe == null ? "the device has no probe any more" : "the descriptor was lost"));
      return;
    }
    if (!lane.offer(() -> ask(probe, message, fd))) {
      fd.close();
      answer(message, new DeviceProbe.Answer(DeviceProbe.Verdict.UNKNOWN, "the probe is busy"));
    }
  }

  private void ask(DeviceProbe probe, Probe message, Fd fd) {
    DeviceProbe.Answer answer;
    try {
      answer = tryImport(probe, message, fd);
    } catch (Throwable e) {
      fd.close(); // If it was not given back yet.
      answer = new DeviceProbe.Answer(DeviceProbe.Verdict.UNKNOWN, "the probe threw " + e);
    }
    answer(message, answer);
  }

  private static DeviceProbe.Answer tryImport(DeviceProbe probe, Probe message, Fd fd)
      throws BadMessageException, HeapException {
    Backing backing = LinuxBacking.received(fd, message.getSizeBytes(), "a sample");
    try {
      return probe.tryImport(
          backing, new DeviceProbe.Sample(message.getSizeBytes(), Specs.read(message.getLayout())));
    } finally {
      backing.release();
    }
  }

  private void answer(Probe message, DeviceProbe.Answer answer) {
    link.tell(
        ToService.newBuilder()
            .setProbeAnswer(
                ProbeAnswer.newBuilder()
                    .setProbe(message.getProbe())
                    .setVerdict(Findings.write(answer.verdict()))
                    .setReason(answer.reason())));
  }

  /** No more memory is offered for now. In the thread that receives. */
  void ended(ProbesEnded message) {
    DeviceProbe probe = probes.get(message.getRegistration());
    if (probe != null) {
      boolean unused = lane.offer(() -> Guarded.run("the end of a probe", probe::close));
    }
  }

  /** Waits until the probes have done what they were asked for before, as a local broker does. */
  void await() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    if (lane.offer(() -> done.complete(true))) {
      boolean unused = done.join();
    }
  }

  /** The connection has ended: no probe is asked any more. */
  void disconnected() {
    probes.clear();
  }
}
