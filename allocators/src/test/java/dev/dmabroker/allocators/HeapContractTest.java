package dev.dmabroker.allocators;

import dev.dmabroker.spi.Heap;
import org.junit.jupiter.api.Nested;

/** Each heap of this machine against the contract. */
class HeapContractTest {

  @Nested
  class Memfd extends HeapContract {
    @Override
    Heap open() {
      return Machine.open(Heaps.memfd(), "memfd", "memfd_create");
    }
  }

  @Nested
  class MemfdHuge extends HugeContract {
    @Override
    Heap openHuge() {
      return Machine.open(Heaps.memfd(), "memfd-huge", "huge pages");
    }
  }

  @Nested
  class Modelled extends HeapContract {
    @Override
    Heap open() {
      Machine.open(Heaps.memfd(), "memfd", "memfd_create").close();
      return Heaps.modelled("model").capacityBytes(64 << 20).build();
    }
  }

  @Nested
  class SystemHeap extends HeapContract {
    @Override
    Heap open() {
      return Machine.open(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system");
    }
  }

  @Nested
  class CmaHeap extends HeapContract {
    @Override
    Heap open() {
      return Machine.open(Heaps.dmaHeaps(), "cma", "a CMA node in /dev/dma_heap");
    }
  }

  @Nested
  class Udmabuf extends HeapContract {
    @Override
    Heap open() {
      return Machine.open(Heaps.udmabuf(), "udmabuf", "/dev/udmabuf");
    }
  }

  @Nested
  class UdmabufHuge extends HugeContract {
    @Override
    Heap openHuge() {
      return Machine.open(Heaps.udmabuf(), "udmabuf-huge", "/dev/udmabuf and huge pages");
    }
  }

  /** A heap whose pages are as large as its alignment says. */
  abstract static class HugeContract extends HeapContract {
    private long unitBytes;

    abstract Heap openHuge();

    @Override
    final Heap open() {
      Heap heap = openHuge();
      unitBytes = heap.traits().alignmentBytes().or(0L);
      return heap;
    }

    @Override
    final long unitBytes() {
      return unitBytes;
    }
  }
}
