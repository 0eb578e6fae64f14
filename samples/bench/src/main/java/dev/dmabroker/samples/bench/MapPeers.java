package dev.dmabroker.samples.bench;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import stormpot.Allocator;
import stormpot.BasePoolable;
import stormpot.Expiration;
import stormpot.Pool;
import stormpot.Slot;
import stormpot.Timeout;

/** Other ways to take something for a while and give it back. */
public class MapPeers {
  /** As many things as threads may hold at once, and to spare. */
  private static final int POOLED = 16;

  /** For JMH. */
  public MapPeers() {}

  /** The least that counting users without a lock costs: a counter that no other thread touches. */
  @State(Scope.Thread)
  public static class Adds {
    private final PaddedCounter counter = new PaddedCounter();

    /** For JMH. */
    public Adds() {}
  }

  /** One of each lock, for all threads. */
  @State(Scope.Benchmark)
  public static class Locks {
    private final StampedLock stamped = new StampedLock();
    private final ReentrantReadWriteLock readWrite = new ReentrantReadWriteLock();

    /** For JMH. */
    public Locks() {}
  }

  /** As it is by default, but for threads of all kinds. */
  @State(Scope.Benchmark)
  public static class Netty {
    private final PooledByteBufAllocator allocator =
        new PooledByteBufAllocator(
            /* preferDirect= */ true,
            PooledByteBufAllocator.defaultNumHeapArena(),
            PooledByteBufAllocator.defaultNumDirectArena(),
            PooledByteBufAllocator.defaultPageSize(),
            PooledByteBufAllocator.defaultMaxOrder(),
            PooledByteBufAllocator.defaultSmallCacheSize(),
            PooledByteBufAllocator.defaultNormalCacheSize(),
            /* useCacheForAllThreads= */ true);

    /** For JMH. */
    public Netty() {}
  }

  /** What never expires, as a buffer does not. */
  @State(Scope.Benchmark)
  public static class Stormpot {
    private final Timeout timeout = new Timeout(5, TimeUnit.SECONDS);
    private Pool<BasePoolable> pool;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls open first.
    public Stormpot() {}

    /** Fills the pool. */
    @Setup(Level.Trial)
    public void open() {
      pool = Pool.from(new Poolables()).setSize(POOLED).setExpiration(Expiration.never()).build();
    }

    /** Empties it. */
    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
      pool.shutdown().await(timeout);
    }

    private static final class Poolables implements Allocator<BasePoolable> {
      @Override
      public BasePoolable allocate(Slot slot) {
        return new BasePoolable(slot);
      }

      @Override
      public void deallocate(BasePoolable thing) {}
    }
  }

  /** As it is by default. */
  @State(Scope.Benchmark)
  public static class CommonsPool {
    private GenericObjectPool<Object> pool;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls open first.
    public CommonsPool() {}

    /** Makes the pool. */
    @Setup(Level.Trial)
    public void open() {
      GenericObjectPoolConfig<Object> config = new GenericObjectPoolConfig<>();
      config.setMaxTotal(POOLED);
      config.setMaxIdle(POOLED);
      pool = new GenericObjectPool<>(new Objects(), config);
    }

    /** Empties it. */
    @TearDown(Level.Trial)
    public void close() {
      pool.close();
    }

    private static final class Objects extends BasePooledObjectFactory<Object> {
      @Override
      public Object create() {
        return new Object();
      }

      @Override
      public PooledObject<Object> wrap(Object thing) {
        return new DefaultPooledObject<>(thing);
      }
    }
  }

  /** Up and down again. */
  @Benchmark
  public void atomicAdds(Adds adds) {
    adds.counter.add(1);
    adds.counter.add(-1);
  }

  /** A read lock that its owner may not take twice. */
  @Benchmark
  public void stampedLock(Locks locks) {
    locks.stamped.unlockRead(locks.stamped.readLock());
  }

  /** A read lock. */
  @Benchmark
  @SuppressWarnings("LockNotBeforeTry") // Nothing between them can throw.
  public void readWriteLock(Locks locks) {
    locks.readWrite.readLock().lock();
    locks.readWrite.readLock().unlock();
  }

  /** A size that the threads' caches hold, which is where it is fastest. */
  @Benchmark
  @Fork(
      jvmArgsAppend = {
        "-Djmh.executor=CUSTOM",
        "-Djmh.executor.class=dev.dmabroker.samples.bench.NettyThreads",
        "-Dio.netty.leakDetection.level=disabled"
      })
  public void netty(Netty netty) {
    netty.allocator.directBuffer(4096).release();
  }

  /** Claims and releases. */
  @Benchmark
  public void stormpot(Stormpot stormpot) throws InterruptedException {
    stormpot.pool.claim(stormpot.timeout).release();
  }

  /** Borrows and returns. */
  @Benchmark
  public void commonsPool(CommonsPool commons) throws Exception {
    commons.pool.returnObject(commons.pool.borrowObject());
  }
}
