package dev.dmabroker.samples.bench;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads of Netty's own kind, the only ones for which it recycles its buffers' objects. */
public final class NettyThreads extends ThreadPoolExecutor {
  /** As JMH calls it. */
  public NettyThreads(int threads, String prefix) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        new DefaultThreadFactory(prefix, /* daemon= */ true));
  }
}
