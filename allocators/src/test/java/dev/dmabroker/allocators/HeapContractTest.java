package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.Pages;
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
      return ModelledHeap.builder("model").capacityBytes(64 << 20).build();
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

  @Nested
  class DumbBuffersOfTheFirstCard extends HeapContract {
    @Override
    Heap open() {
      return Machine.open(Heaps.drmDumb(), "drm-card0", "/dev/dri/card0 with dumb buffers");
    }
  }

  @Nested
  class DumbBuffersOfTheSecondCard extends HeapContract {
    @Override
    Heap open() {
      return Machine.open(Heaps.drmDumb(), "drm-card1", "/dev/dri/card1 with dumb buffers");
    }
  }

  /** vivid-000 allocates by vmalloc. */
  @Nested
  class V4l2Vmalloc extends V4l2Contract {
    @Override
    Heap open() {
      return openNode("vivid-000-vid-cap", V4l2Heap.Queue.CAPTURE);
    }
  }

  /** vivid-001 allocates contiguous memory. */
  @Nested
  class V4l2Contiguous extends V4l2Contract {
    @Override
    Heap open() {
      return openNode("vivid-001-vid-out", V4l2Heap.Queue.OUTPUT);
    }
  }

  /** A heap whose buffers are frames. */
  abstract static class V4l2Contract extends HeapContract {
    private long bufferBytes;
    private long pageBytes;

    final Heap openNode(String device, V4l2Heap.Queue queue) {
      Heap heap = V4l2Nodes.open(device, queue);
      bufferBytes = heap.traits().maxSizeBytes().or(0L);
      pageBytes = Pages.size();
      return heap;
    }

    @Override
    final long unitBytes() {
      return bufferBytes;
    }

    @Override
    final long alignmentBytes() {
      return pageBytes;
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
