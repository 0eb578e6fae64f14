package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.ClosedException;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.spec.Access;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tokens end with their owner, with what they open, and when they are revoked. */
class GrantsTest {
  private static final Rights READ = Rights.of(Access.READ);

  private final Grants grants = new Grants();
  private final Sharer camera = () -> "client camera";
  private final Sharer viewer = new Owner();
  private final Object frame = new Object();
  private final Object picture = new Object();

  /** A lambda may be one object for all. */
  private static final class Owner implements Sharer {
    @Override
    public String described() {
      return "client viewer";
    }
  }

  private void opensNothing(byte[] token) {
    assertThrows(ClosedException.class, () -> grants.find(token));
  }

  @Test
  void aTokenOpensWhatItWasMadeFor() {
    byte[] first = grants.grant(camera, frame, READ);
    byte[] second = grants.grant(camera, picture, READ);
    assertSame(frame, grants.find(first).what());
    assertSame(picture, grants.find(second).what());
    opensNothing(new byte[Grants.TOKEN_BYTES]);
    assertEquals(2, grants.count(camera));
    assertEquals(0, grants.count(viewer));
  }

  @Test
  void anOwnerThatGoesTakesItsTokensAlong() {
    byte[] gone = grants.grant(camera, frame, READ);
    byte[] goneToo = grants.grant(camera, picture, READ);
    byte[] stays = grants.grant(viewer, frame, READ);
    grants.forget(camera);
    opensNothing(gone);
    opensNothing(goneToo);
    assertSame(frame, grants.find(stays).what());
    assertEquals(0, grants.count(camera));
    assertEquals(1, grants.count(viewer));
    grants.forget(camera);
  }

  @Test
  void noTokenOpensWhatIsClosed() {
    byte[] gone = grants.grant(camera, frame, READ);
    byte[] goneToo = grants.grant(viewer, frame, READ);
    byte[] stays = grants.grant(camera, picture, READ);
    grants.forgetWhat(frame);
    opensNothing(gone);
    opensNothing(goneToo);
    assertSame(picture, grants.find(stays).what());
    assertEquals(1, grants.count(camera));
    assertEquals(0, grants.count(viewer));
  }

  @Test
  void aTokenIsRevokedByItsOwnerAlone() {
    List<String> ended = new ArrayList<>();
    byte[] token = grants.grant(camera, frame, READ);
    assertEquals(true, grants.find(token).opened(() -> ended.add("viewer")));
    assertThrows(ClosedException.class, () -> grants.revoke(viewer, token));
    assertEquals(List.of(), ended);

    grants.revoke(camera, token);
    assertEquals(List.of("viewer"), ended);
    opensNothing(token);
    assertEquals(0, grants.count(camera));
    assertThrows(ClosedException.class, () -> grants.revoke(camera, token));
  }
}
