package dev.dmabroker.samples.bench;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;

/** A program that ends as soon as it has done what its argument says. */
public final class StartProgram {
  private StartProgram() {}

  /** Takes the name of a {@link Work}. */
  public static void main(String[] args) {
    Work.valueOf(args[0]).run();
  }

  /** What the program does; each does it with as few other classes as it can. */
  enum Work {
    /** Nothing. */
    NOTHING("an empty JVM") {
      @Override
      void run() {}
    },
    /** Calls one function of libc. */
    JNA("one call by JNA") {
      @Override
      void run() {
        LibC.call();
      }
    },
    /** Builds a broker. */
    BUILD("build() with one modelled heap") {
      @Override
      void run() {
        broker().close();
      }
    },
    /** Builds a broker, and maps a buffer. */
    FIRST_MAP("the same, and a first map") {
      @Override
      void run() {
        try (Broker broker = broker()) {
          Attachment attachment =
              broker
                  .export(BlobSpec.of(4096))
                  .attach(broker.register("device", Constraints.none()));
          attachment.map(Access.OVERWRITE).close();
        }
      }
    };

    private final String what;

    Work(String what) {
      this.what = what;
    }

    /** For a person to read. */
    String what() {
      return what;
    }

    abstract void run();

    private static Broker broker() {
      return Broker.builder()
          .heap(ModelledHeap.builder("start").build())
          .heuristic(new LeastCost())
          .build();
    }
  }

  /** A function that every system has, mapped directly as the library maps its own. */
  private static final class LibC {
    static {
      Native.register(LibC.class, NativeLibrary.getProcess());
    }

    private LibC() {}

    static void call() {
      int unused = getpid();
    }

    private static native int getpid();
  }
}
