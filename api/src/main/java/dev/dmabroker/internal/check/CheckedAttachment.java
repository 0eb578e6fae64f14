package dev.dmabroker.internal.check;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An attachment whose mappings are checked. The attachment's handle is lost only when this is, as
 * this refers to it.
 */
final class CheckedAttachment implements Attachment {
  private final AttachmentHandle attachment;
  private final BufferCheck check;

  CheckedAttachment(AttachmentHandle attachment, BufferCheck check) {
    this.attachment = attachment;
    this.check = check;
  }

  private Mapping checked(Mapping mapping) {
    try {
      return new CheckedMapping((BufferMapping) mapping, check);
    } catch (Throwable e) {
      mapping.close();
      throw e;
    }
  }

  @Override
  public Mapping map(Access access) {
    return checked(attachment.map(access));
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    return checked(attachment.map(access, timeout));
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    return attachment.tryMap(access).map(this::checked);
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    check.unchecked();
    return attachment.mapAsync(access);
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    check.unchecked();
    return attachment.mapAsync(access, timeout);
  }

  @Override
  public FixedView fixedView(int reservedBytes) {
    return new CheckedFixedView(attachment.fixedView(reservedBytes), check);
  }

  @Override
  public Device device() {
    return attachment.device();
  }

  @Override
  public SharedBuffer buffer() {
    return attachment.buffer();
  }

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

  @Override
  public void close() {
    attachment.close();
  }

  @Override
  public String toString() {
    return attachment.toString();
  }
}
