package dev.dmabroker.samples.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;

/** A page that takes in what it is sent when the test says so. Thread-safe. */
final class ScriptedPage implements Content.Sink {
  private final BlockingQueue<Callback> unread = new LinkedBlockingQueue<>();
  private final List<String> sent = new ArrayList<>();

  @Override
  public void write(boolean last, ByteBuffer bytes, Callback callback) {
    synchronized (this) {
      sent.add(UTF_8.decode(bytes).toString());
    }
    unread.add(callback);
  }

  /** Waits for something that was sent, and takes it in. */
  void read() throws InterruptedException {
    unread.take().succeeded();
  }

  /** Waits for something that was sent, and is gone before it has come. */
  void leave() throws InterruptedException {
    unread.take().failed(new IllegalStateException("expected by this test"));
  }

  /** All that was sent. */
  synchronized List<String> sent() {
    return List.copyOf(sent);
  }
}
