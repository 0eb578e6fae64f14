package dev.dmabroker.samples.replay;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** An attachment of a {@link RecordingBroker}. */
final class RecordingAttachment implements Attachment {
  private final Attachment attachment;
  private final SharedBuffer buffer;
  private final TraceRecorder recorder;
  private final String bufferId;
  private final AtomicBoolean closed = new AtomicBoolean();

  RecordingAttachment(
      Attachment attachment, SharedBuffer buffer, TraceRecorder recorder, String bufferId) {
    this.attachment = attachment;
    this.buffer = buffer;
    this.recorder = recorder;
    this.bufferId = bufferId;
  }

  @Override
  public Device device() {
    return attachment.device();
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  @Override
  public Mapping map(Access access) {
    return waited(access, () -> attachment.map(access));
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    return waited(access, () -> attachment.map(access, timeout));
  }

  private Mapping waited(Access access, Supplier<Mapping> map) {
    TraceRecorder.PendingMap pending = begin(access);
    boolean granted = false;
    try {
      Mapping mapping = map.get();
      granted = true;
      return new RecordingMapping(mapping, pending);
    } finally {
      pending.ended(granted);
    }
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    TraceRecorder.PendingMap pending = begin(access);
    Optional<Mapping> mapping = attachment.tryMap(access);
    pending.ended(mapping.isPresent());
    return mapping.map(granted -> new RecordingMapping(granted, pending));
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    return recorded(begin(access), attachment.mapAsync(access));
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    return recorded(begin(access), attachment.mapAsync(access, timeout));
  }

  private static CompletableFuture<Mapping> recorded(
      TraceRecorder.PendingMap pending, CompletableFuture<Mapping> inner) {
    CompletableFuture<Mapping> exposed = new CompletableFuture<>();
    CompletableFuture<?> unused =
        inner.whenComplete(
            (mapping, failure) -> {
              pending.ended(failure == null);
              if (failure != null) {
                exposed.completeExceptionally(failure);
                return;
              }
              Mapping recording = new RecordingMapping(mapping, pending);
              if (!exposed.complete(recording)) {
                recording.close();
              }
            });
    CompletableFuture<?> unusedEither =
        exposed.whenComplete(
            (mapping, failure) -> {
              if (exposed.isCancelled()) {
                inner.cancel(false);
              }
            });
    return exposed;
  }

  private TraceRecorder.PendingMap begin(Access access) {
    return recorder.map(bufferId, device().name(), access);
  }

  /** {@inheritDoc} A trace does not tell of pins. */
  @Override
  public Pin pin() {
    return attachment.pin();
  }

  @Override
  public Pin pin(Duration timeout) {
    return attachment.pin(timeout);
  }

  @Override
  public boolean isLeftOut() {
    return attachment.isLeftOut();
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    return attachment.onMove(listener);
  }

  /** {@inheritDoc} Its uses are not recorded. */
  @Override
  public FixedView fixedView(int reservedBytes) {
    return attachment.fixedView(reservedBytes);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      recorder.detach(bufferId, device().name());
    }
    attachment.close();
  }

  @Override
  public String toString() {
    return attachment.toString();
  }
}
