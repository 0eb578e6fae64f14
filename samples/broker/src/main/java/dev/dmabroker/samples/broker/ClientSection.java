package dev.dmabroker.samples.broker;

import java.util.Map;

/**
 * A section that lets users connect: {@code [user NAME]} or {@code [group NAME]}.
 *
 * @param kind whether the name is a user's or a group's
 * @param name of the account
 * @param origin where the section stands
 * @param own the limits that it sets itself; all others are the general ones
 */
record ClientSection(Kind kind, String name, String origin, Map<Key<?>, Setting> own) {

  /** Whose name it is. */
  enum Kind {
    USER,
    GROUP
  }

  /** As it stands within the brackets. */
  String title() {
    return (kind == Kind.USER ? "user " : "group ") + name;
  }
}
