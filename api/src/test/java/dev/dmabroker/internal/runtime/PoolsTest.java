package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PoolsTest {
  @Test
  void threadsEndWhenTheyAreIdleAndNothingIsKeptOfWhatIsCancelled() {
    ScheduledThreadPoolExecutor timer = Pools.timer(Thread::new);
    assertTrue(timer.getRemoveOnCancelPolicy());
    for (ThreadPoolExecutor pool : List.of(timer, Pools.pool(2, Thread::new))) {
      assertTrue(pool.allowsCoreThreadTimeOut());
      assertEquals(10, pool.getKeepAliveTime(TimeUnit.SECONDS));
    }
  }
}
