package dev.dmabroker.samples.broker;

import dev.dmabroker.samples.broker.ConfigurationFile.Entry;
import dev.dmabroker.samples.broker.ConfigurationFile.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The configuration of the service: a value for each {@link Key}, and who else may connect. */
final class Configuration {
  private final Map<Key<?>, Setting> settings = new LinkedHashMap<>();
  private final List<ClientSection> clients = new ArrayList<>();

  private Configuration() {
    Key.ALL.forEach(key -> settings.put(key, Setting.standard(key)));
  }

  /** The defaults. */
  static Configuration standard() {
    return new Configuration();
  }

  /**
   * The file's values, and defaults where it has none.
   *
   * @throws ConfigurationException if a section, a key or a value is wrong; names the line
   */
  static Configuration of(ConfigurationFile file) throws ConfigurationException {
    Configuration made = new Configuration();
    Map<String, Section> seen = new LinkedHashMap<>();
    for (Section section : file.sections()) {
      Section before = seen.putIfAbsent(section.title(), section);
      if (before != null) {
        throw file.wrong(
            section.line(), "[" + section.title() + "] is there already, in line " + before.line());
      }
      if (Key.SECTIONS.contains(section.title())) {
        read(file, section, Key.of(section.title()), made.settings);
      } else {
        made.clients.add(client(file, section));
      }
    }
    return made;
  }

  private static ClientSection client(ConfigurationFile file, Section section)
      throws ConfigurationException {
    String[] words = section.title().split("\\s+", 2);
    Optional<ClientSection.Kind> kind =
        Stream.of(ClientSection.Kind.values())
            .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(words[0]))
            .findAny();
    if (kind.isEmpty()) {
      List<String> known = new ArrayList<>(Key.SECTIONS);
      known.add("user NAME");
      known.add("group NAME");
      throw file.wrong(
          section.line(),
          "there is no section [" + section.title() + "]" + Nearest.hint(section.title(), known));
    }
    if (words.length == 1) {
      throw file.wrong(
          section.line(), "[" + words[0] + "] lacks a name, as in [" + words[0] + " video]");
    }
    Map<Key<?>, Setting> own = new LinkedHashMap<>();
    read(file, section, Key.of(Key.LIMITS), own);
    return new ClientSection(kind.get(), words[1], file.where(section.line()), own);
  }

  private static void read(
      ConfigurationFile file, Section section, List<Key<?>> keys, Map<Key<?>, Setting> into)
      throws ConfigurationException {
    Map<String, Entry> seen = new LinkedHashMap<>();
    for (Entry entry : section.entries()) {
      Key<?> key = key(file, section, entry, keys);
      Entry before = seen.putIfAbsent(entry.key(), entry);
      if (before != null) {
        throw file.wrong(
            entry.line(), "'" + entry.key() + "' is set already, in line " + before.line());
      }
      into.put(key, Setting.of(key, entry.value(), file.where(entry.line())));
    }
  }

  private static Key<?> key(ConfigurationFile file, Section section, Entry entry, List<Key<?>> keys)
      throws ConfigurationException {
    for (Key<?> key : keys) {
      if (key.name().equals(entry.key())) {
        return key;
      }
    }
    Optional<Key<?>> elsewhere =
        Key.ALL.stream().filter(key -> key.name().equals(entry.key())).findAny();
    throw file.wrong(
        entry.line(),
        "["
            + section.title()
            + "] has no key '"
            + entry.key()
            + "'"
            + elsewhere
                .map(key -> "; it belongs to [" + key.section() + "]")
                .orElseGet(() -> Nearest.hint(entry.key(), keys.stream().map(Key::name).toList())));
  }

  /**
   * Sets a value from elsewhere than the file; it counts instead of the file's.
   *
   * @param origin for people
   */
  void set(Key<?> key, String text, String origin) throws ConfigurationException {
    settings.put(key, Setting.of(key, text, origin));
  }

  Setting setting(Key<?> key) {
    return Objects.requireNonNull(settings.get(key), key::toString);
  }

  /** The value of a key, in general. */
  <T> T get(Key<T> key) {
    return key.form().read(setting(key).text());
  }

  /** The value of a limit for the clients of a section. */
  <T> T get(Key<T> key, ClientSection section) {
    return key.form().read(section.own().getOrDefault(key, setting(key)).text());
  }

  /** Who may connect besides the service's own user, in the order of the file. */
  List<ClientSection> clients() {
    return List.copyOf(clients);
  }
}
