package dev.dmabroker.spi;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Access;
import dev.dmabroker.Constraints;
import java.util.List;
import java.util.Optional;

/**
 * Ranks the heaps that suit. A pure function: the same request gives the same answer, and nothing
 * else changes. Called without a lock, from several threads.
 */
public interface PlacementHeuristic {

  /** Unique among heuristics, such as {@code least-cost}. */
  String name();

  /**
   * The heaps of the request in the order in which they are to be tried. A heap that is left out is
   * not tried.
   */
  List<Ranked> rank(Request request);

  /**
   * What is to be placed.
   *
   * @param sizeBytes what will be asked of the heap
   * @param users the devices that have to reach it
   * @param heaps the heaps that meet every hard constraint, in the broker's order
   * @param currentHeap where the buffer lies now, if it does
   */
  record Request(
      long sizeBytes, List<User> users, List<HeapLoad> heaps, Optional<String> currentHeap) {
    /** Copies the lists. */
    public Request {
      users = ImmutableList.copyOf(users);
      heaps = ImmutableList.copyOf(heaps);
    }
  }

  /**
   * A device that will use the buffer.
   *
   * @param device its name
   * @param constraints what it asks of memory
   * @param access what it does with the buffer
   */
  record User(String device, Constraints constraints, Access access) {}

  /**
   * A heap and how full it is.
   *
   * @param name the heap's name
   * @param traits what is known of it
   * @param usedBytes what the broker's buffers take of it
   */
  record HeapLoad(String name, HeapTraits traits, long usedBytes) {}

  /**
   * A heap with its rank.
   *
   * @param heap the heap's name
   * @param cost lower is better; comparable within one answer only
   * @param reason for a person to read
   */
  record Ranked(String heap, double cost, String reason) {}
}
