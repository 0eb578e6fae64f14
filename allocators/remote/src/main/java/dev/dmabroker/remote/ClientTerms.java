package dev.dmabroker.remote;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The terms on which a service takes a client. Immutable. */
public final class ClientTerms {
  private final ClientLimits limits;
  private final @Nullable String group;
  private final Set<ClientRight> rights;

  private ClientTerms(Builder builder) {
    limits = builder.limits;
    group = builder.group;
    rights = Set.copyOf(builder.rights);
  }

  /**
   * {@return the {@linkplain ClientLimits#usual usual} limits, a group of its own, all rights but
   * {@link ClientRight#WATCH_ALL}}
   */
  public static ClientTerms usual() {
    return builder().build();
  }

  /** {@return a builder that begins with the {@linkplain #usual usual} terms} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return what the client may have at most} */
  public ClientLimits limits() {
    return limits;
  }

  /**
   * {@return the trust group of the client's devices; empty for one of its own} Clients of one
   * group see old contents of each other's memory.
   */
  public Optional<String> group() {
    return Optional.ofNullable(group);
  }

  /** {@return what the client may do} */
  public Set<ClientRight> rights() {
    return rights;
  }

  @Override
  public String toString() {
    return limits + (group == null ? "" : ", group " + group) + ", rights " + rights;
  }

  /** Collects terms; the last value of a term counts. Not thread-safe. */
  public static final class Builder {
    private ClientLimits limits = ClientLimits.usual();
    private @Nullable String group;
    private Set<ClientRight> rights = EnumSet.complementOf(EnumSet.of(ClientRight.WATCH_ALL));

    private Builder() {}

    /**
     * Sets what the client may have at most.
     *
     * @param itsLimits the limits
     * @return this builder
     */
    public Builder limits(ClientLimits itsLimits) {
      limits = Objects.requireNonNull(itsLimits, "limits");
      return this;
    }

    /**
     * Puts the client into a trust group with others.
     *
     * @param name of the group
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder group(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("the name of a group must not be blank");
      }
      group = name;
      return this;
    }

    /**
     * Sets all that the client may do.
     *
     * @param all the rights; none if empty
     * @return this builder
     */
    public Builder rights(Set<ClientRight> all) {
      rights = Set.copyOf(all);
      return this;
    }

    /** {@return the terms} */
    public ClientTerms build() {
      return new ClientTerms(this);
    }
  }
}
