package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.InvalidConstraintException;
import dev.dmabroker.testing.Fixture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compressed video in buffers, which devices take or not. */
class CompressedTest extends Fixture {
  private static final BlobSpec STREAM = BlobSpec.of(1 << 20, CompressedFormat.HEVC);

  private Device taking(String name, CompressedFormat... formats) {
    return broker.register(name, Constraints.builder().compressedFormats(formats).build());
  }

  @Test
  void isBytesThatADeviceTakes() {
    Device decoder = taking("decoder", CompressedFormat.H264, CompressedFormat.HEVC);
    SharedBuffer buffer = broker.export("bitstream", STREAM);
    try (Mapping mapping = buffer.attach(decoder).map(Access.WRITE)) {
      assertEquals(1 << 20, mapping.layout().sizeBytes());
    }
    assertEquals("1048576 bytes of HEVC", STREAM.toString());
  }

  @Test
  void isRefusedForADeviceThatTakesOthers() {
    Device decoder = taking("decoder", CompressedFormat.H264, CompressedFormat.VP8);
    SharedBuffer buffer = broker.export("bitstream", STREAM);
    var refusal = assertThrows(UnsatisfiableException.class, () -> buffer.attach(decoder));
    assertTrue(
        String.valueOf(refusal.getMessage())
            .contains(
                "it would fit if decoder's compressedFormats=[H264, VP8] were to include HEVC"),
        refusal.getMessage());
  }

  @Test
  void bytesOfWhichNothingIsSaidAreTaken() {
    Device decoder = taking("decoder", CompressedFormat.H264);
    assertEquals(2, broker.plan(BlobSpec.of(100), List.of(decoder)).placements().size());
  }

  @Test
  void aPreferredFormatCostsWhereItIsAnother() {
    Device decoder =
        broker.register(
            "decoder",
            Constraints.builder()
                .prefer(7, Constraints.builder().compressedFormats(CompressedFormat.VP9).build())
                .build());
    assertEquals(7, broker.plan(STREAM, List.of(decoder)).placements().get(0).penalty());
    assertEquals(
        0,
        broker
            .plan(BlobSpec.of(9, CompressedFormat.VP9), List.of(decoder))
            .placements()
            .get(0)
            .penalty());
  }

  @Test
  void noFormatAtAllIsAMistake() {
    var refusal =
        assertThrows(
            InvalidConstraintException.class, () -> Constraints.builder().compressedFormats());
    assertEquals(List.of(ConstraintField.COMPRESSED_FORMATS), refusal.fields());
  }
}
