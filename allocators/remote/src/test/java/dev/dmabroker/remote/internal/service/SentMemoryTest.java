package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SentMemoryTest {
  private final SentMemory sent =
      new SentMemory("viewer", new MemoryAccount("viewer", Long.MAX_VALUE, () -> {}));
  private Backing backing;

  @BeforeEach
  void allocate() throws Exception {
    backing = ModelledHeap.builder("system").build().allocate(new Heap.Request("frame", 4096));
  }

  @AfterEach
  void end() throws Exception {
    sent.close();
    backing.release();
  }

  /** Memory that says so when it is asked whether it is open, and always has a descriptor. */
  private MappedMemory memory(boolean open) {
    return (MappedMemory)
        Proxy.newProxyInstance(
            MappedMemory.class.getClassLoader(),
            new Class<?>[] {MappedMemory.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "fd" -> backing.fd();
                  case "isOpen" -> open;
                  case "heapName", "toString" -> "system";
                  case "layout" -> BlobSpec.of(4096).layout();
                  case "generation" -> 1L;
                  case "sizeBytes" -> 4096L;
                  default -> throw new AssertionError(method);
                });
  }

  @Test
  void memoryIsSentOnce() {
    SentMemory.Parcel first = sent.parcel(memory(true));
    assertEquals(1, first.descriptors().size());
    assertEquals(0, sent.parcel(memory(true)).descriptors().size());
    first.close();
  }

  @Test
  void memoryThatEndsMeanwhileIsNotSentAsItsDescriptorMayBeAnothers() {
    assertThrows(ClosedException.class, () -> sent.parcel(memory(false)));
    SentMemory.Parcel first = sent.parcel(memory(true));
    assertTrue(first.message().getHasDescriptor(), "it was not noted as sent");
    first.close();
    assertThrows(ClosedException.class, () -> sent.parcel(memory(false)));
    assertFalse(sent.parcel(memory(true)).message().getHasDescriptor());
  }
}
