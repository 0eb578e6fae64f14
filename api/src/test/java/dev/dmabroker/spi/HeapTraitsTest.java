package dev.dmabroker.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.MemorySpeed;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeapTraitsTest {
  private static final String SOURCE = "a test says so";

  @Test
  void templateHasEveryTrait() {
    HeapTraits traits =
        HeapTraits.builder()
            .contiguous(Trait.probed(true, SOURCE))
            .addressBits(Trait.probed(32, SOURCE))
            .alignmentBytes(Trait.probed(4096L, SOURCE))
            .maxSizeBytes(Trait.probed(1L << 20, SOURCE))
            .capacityBytes(Trait.probed(1L << 30, SOURCE))
            .cached(Trait.probed(true, SOURCE))
            .cpuReach(Trait.probed(true, SOURCE))
            .deviceAccess(Trait.probed(true, SOURCE))
            .speed(Trait.probed(MemorySpeed.FAST, SOURCE))
            .granuleBytes(Trait.probed(65_536L, SOURCE))
            .lowestAddress(Trait.probed(1L << 16, SOURCE))
            .coherency(Trait.probed(Set.of(Coherency.RAM), SOURCE))
            .secure(Trait.probed(true, SOURCE))
            .deviceLocal(Trait.probed("card0", SOURCE))
            .numaNode(Trait.probed(1, SOURCE))
            .modelled(Trait.probed(true, SOURCE))
            .build();
    traits
        .all()
        .forEach((name, trait) -> assertEquals(SOURCE, trait.source(), "not set here: " + name));

    assertEquals(traits.all(), traits.toBuilder().build().all());
  }
}
