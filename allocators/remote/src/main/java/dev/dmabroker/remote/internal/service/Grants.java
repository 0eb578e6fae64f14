package dev.dmabroker.remote.internal.service;

import com.google.protobuf.ByteString;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.Rights;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What may be opened with which token, of all that share. Thread-safe.
 *
 * <p>A token is found by its hash, so how long a look takes tells nothing of tokens that are near.
 * One that was never made, one that was revoked, and one whose owner has gone are refused alike.
 */
final class Grants {
  /** How many random bytes a token has. */
  static final int TOKEN_BYTES = 16;

  private final SecureRandom random = new SecureRandom();

  /** By the hash of the token. Guarded by itself, as is {@link #hashes}. */
  private final Map<ByteString, Grant> grants = new HashMap<>();

  /** The hashes of the tokens of an owner, and those that open a thing. */
  private final IdentityHashMap<Object, Set<ByteString>> hashes = new IdentityHashMap<>();

  /** The leave to open one thing, which can be taken back. */
  static final class Grant {
    private final Sharer owner;
    private final Object what;
    private final Rights rights;
    private final List<Runnable> openings = new ArrayList<>();
    private boolean over;

    private Grant(Sharer owner, Object what, Rights rights) {
      this.owner = owner;
      this.what = what;
      this.rights = rights;
    }

    /** A {@link Shared} buffer or a {@link HeldStream}. */
    Object what() {
      return what;
    }

    Rights rights() {
      return rights;
    }

    /**
     * A client has opened it.
     *
     * @param end takes it from the client again, if the token is revoked
     * @return false if it was revoked meanwhile
     */
    synchronized boolean opened(Runnable end) {
      if (!over) {
        openings.add(end);
      }
      return !over;
    }

    synchronized void left(Runnable end) {
      openings.remove(end);
    }

    private void revoke() {
      List<Runnable> now;
      synchronized (this) {
        over = true;
        now = List.copyOf(openings);
        openings.clear();
      }
      now.forEach(Runnable::run);
    }
  }

  /** Makes a token. */
  byte[] grant(Sharer owner, Object what, Rights rights) {
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    ByteString hash = hash(token);
    synchronized (grants) {
      grants.put(hash, new Grant(owner, what, rights));
      hashes.computeIfAbsent(owner, unknown -> new HashSet<>()).add(hash);
      hashes.computeIfAbsent(what, unknown -> new HashSet<>()).add(hash);
    }
    return token;
  }

  /**
   * What a token stands for.
   *
   * @throws dev.dmabroker.ClosedException if there is no such token, or not any more
   */
  Grant find(byte[] token) {
    Grant grant;
    ByteString hash = hash(token);
    synchronized (grants) {
      grant = grants.get(hash);
    }
    if (grant == null) {
      throw unknown();
    }
    return grant;
  }

  static RuntimeException unknown() {
    return Exceptions.closed(
        "the token opens nothing: it was never made, was revoked, or its owner has gone; ask the"
            + " owner for a new one");
  }

  /** Takes an owner's token back: what was opened with it is taken from those who did. */
  void revoke(Sharer owner, byte[] token) {
    Grant grant;
    ByteString hash = hash(token);
    synchronized (grants) {
      grant = grants.get(hash);
      if (grant == null || grant.owner != owner) {
        throw unknown();
      }
      remove(hash);
    }
    grant.revoke();
  }

  /** How many tokens of an owner there are. */
  int count(Sharer owner) {
    synchronized (grants) {
      return hashes.getOrDefault(owner, Set.of()).size();
    }
  }

  /** The owner has gone: its tokens open nothing any more. What they opened stays open. */
  void forget(Sharer owner) {
    removeAll(owner);
  }

  /** The owner has closed it: no token opens it any more. */
  void forgetWhat(Object what) {
    removeAll(what);
  }

  /** Removes the tokens of an owner, or those that open a thing. */
  private void removeAll(Object key) {
    synchronized (grants) {
      List.copyOf(hashes.getOrDefault(key, Set.of())).forEach(this::remove);
    }
  }

  /** Under the lock. */
  private void remove(ByteString hash) {
    Grant grant = grants.remove(hash);
    if (grant != null) {
      leave(grant.owner, hash);
      leave(grant.what, hash);
    }
  }

  private void leave(Object key, ByteString hash) {
    Set<ByteString> its = hashes.get(key);
    if (its != null && its.remove(hash) && its.isEmpty()) {
      hashes.remove(key);
    }
  }

  private static ByteString hash(byte[] token) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(token));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java platform has SHA-256", e);
    }
  }
}
