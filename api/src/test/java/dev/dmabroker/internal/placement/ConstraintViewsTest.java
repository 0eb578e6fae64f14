package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of constraints the engine sees and users do not. */
class ConstraintViewsTest {
  private final ConstraintViews views = ConstraintViews.get();

  private List<String> wishes(Constraints of) {
    return views.wishes(of).stream()
        .map(each -> each.weight() + " " + String.join(" ", labels(each.wishes())))
        .toList();
  }

  private static List<String> labels(Constraints of) {
    return of.fields().stream().map(ConstraintField::label).toList();
  }

  @Test
  void heapsAreForbiddenBesidesThoseThatWereAndEvenIfNoneIsLeft() {
    Constraints some = Constraints.builder().forbiddenHeaps("b").contiguous().build();
    assertSame(some, views.forbidding(some, List.of()));
    assertEquals(
        "contiguous, forbiddenHeaps=[a, b]", views.forbidding(some, List.of("a")).toString());
    assertEquals(
        "permittedHeaps=[a], forbiddenHeaps=[a]",
        views
            .forbidding(Constraints.builder().permittedHeaps("a").build(), List.of("a"))
            .toString());
  }

  @Test
  void eachPreferredFieldIsAWishOfItsOwn() {
    Constraints preferred =
        Constraints.builder().contiguous().caching(Caching.CACHED).numaNode(1).build();
    assertEquals(
        List.of("7 contiguous", "7 caching", "7 numaNode"),
        wishes(Constraints.builder().prefer(7, preferred).build()));
  }

  @Test
  void whatSeveralUsagesPreferIsOneWish() {
    Constraints used =
        Constraints.builder().usage(Usage.GPU_STORAGE, Usage.VIDEO_ENCODER, Usage.NONE).build();
    assertEquals(List.of("20 speed"), wishes(used));
  }

  @Test
  void linearByDefaultIsNoWish() {
    Constraints wished =
        Constraints.builder().image(ImageConstraints.builder().minStride(64)).build();
    assertEquals(
        List.of("1 minStrideBytes"), wishes(Constraints.builder().prefer(1, wished).build()));
    Constraints declared =
        Constraints.builder()
            .image(ImageConstraints.builder().formats(PixelFormat.NV12).modifiers(Modifier.LINEAR))
            .build();
    assertEquals(
        List.of("1 formats modifiers"), wishes(Constraints.builder().prefer(1, declared).build()));
  }

  @Test
  void oneFieldAloneAsksForNothingElse() {
    Constraints asked =
        Constraints.builder().maxSegments(4).maxSegmentSize(4096).addressBits(32).build();
    assertEquals(List.of("addressBits"), labels(views.only(asked, ConstraintField.ADDRESS_BITS)));
    assertEquals(
        List.of("maxSegments", "maxSegmentBytes"),
        labels(views.only(asked, ConstraintField.MAX_SEGMENTS)));
    assertEquals(List.of("coherency"), labels(views.only(asked, ConstraintField.COHERENCY)));
    assertEquals(List.of("peerToPeer"), labels(views.only(asked, ConstraintField.PEER_TO_PEER)));
    assertEquals(List.of("modifiers"), labels(views.only(asked, ConstraintField.MODIFIERS)));
    assertEquals(List.of(), labels(views.only(asked, ConstraintField.SECURE)));
  }

  @Test
  void textIsOfWhatIsRequired() {
    Constraints asked =
        Constraints.builder()
            .addressBits(32)
            .image(ImageConstraints.builder().formats(PixelFormat.NV12).minStride(64))
            .image(ImageConstraints.builder().formats(PixelFormat.XRGB8888).minStride(128))
            .build();
    assertEquals("32", views.text(asked, ConstraintField.ADDRESS_BITS));
    assertEquals("64 or 128", views.text(asked, ConstraintField.MIN_STRIDE));
    assertEquals("[LINEAR]", views.text(asked, ConstraintField.MODIFIERS));
    assertEquals("[LINEAR]", views.text(Constraints.none(), ConstraintField.MODIFIERS));
    assertEquals("[CPU, RAM]", views.text(asked, ConstraintField.COHERENCY));
    assertEquals("not declared", views.text(asked, ConstraintField.PEER_TO_PEER));
    assertEquals("", views.text(asked, ConstraintField.SECURE));
  }
}
