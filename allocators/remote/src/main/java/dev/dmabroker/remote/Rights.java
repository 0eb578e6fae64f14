package dev.dmabroker.remote;

import dev.dmabroker.spec.Access;
import java.util.Objects;

/**
 * What a client may do with a buffer or a stream that it has opened by a {@link Token}.
 *
 * @param access the most that a device of the client may do with a buffer. Of a stream: to fill,
 *     start and stop it needs access that writes.
 * @param mayMove whether the client may decide where a buffer lies: a buffer moves for its devices,
 *     and it may pin the buffer and, with access that writes, evacuate it. Otherwise devices are
 *     refused that the buffer's place does not suit. The frames of a stream may always move.
 * @param mayShare whether the client may make tokens itself, with these rights or fewer
 */
public record Rights(Access access, boolean mayMove, boolean mayShare) {

  /**
   * Makes rights.
   *
   * @param access the most that a device of the client may do
   * @param mayMove whether a buffer may move for a device of the client
   * @param mayShare whether the client may make tokens itself
   */
  public Rights {
    Objects.requireNonNull(access, "access");
  }

  /**
   * Rights to this access, with moves and without passing on.
   *
   * @param access the most that a device of the client may do
   * @return the rights
   */
  public static Rights of(Access access) {
    return new Rights(access, /* mayMove= */ true, /* mayShare= */ false);
  }

  /**
   * {@return whether these rights are no more than others}
   *
   * @param others what they are compared with
   */
  public boolean isWithin(Rights others) {
    return others.access.permits(access)
        && (others.mayMove || !mayMove)
        && (others.mayShare || !mayShare);
  }
}
