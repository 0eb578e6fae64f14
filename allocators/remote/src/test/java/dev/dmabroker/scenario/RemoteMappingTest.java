package dev.dmabroker.scenario;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class RemoteMappingTest extends MappingTest {
  @Override
  @Test
  @Disabled("memory is given back by a message that is not waited for")
  void aMappingOutlivesItsAttachmentAndKeepsTheMemory() {}

  @Override
  @Test
  @Disabled("a word of the page counts the uses of one lease")
  void manyMappingsOfOneAttachmentAreCountedSeparately() {}

  @Override
  @Test
  @Disabled("the CPU reaches memory in this process, without the heap")
  void refusedCpuAccessHoldsNothing() {}

  @Override
  @Test
  @Disabled("descriptors are this process's, without the heap")
  void memoryThatIsAskedForADescriptorIsThereThoughTheMappingIsClosedMeanwhile() {}
}
