package dev.dmabroker.samples.broker;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a configuration: sections in brackets, lines {@code key = value}, and comments, which
 * begin with {@code #} or {@code ;} and have lines for themselves. What the keys mean is not known
 * here.
 *
 * @param name for people: the file's path
 * @param sections in their order
 */
record ConfigurationFile(String name, List<Section> sections) {

  /** A section: the words within its brackets, and its entries. */
  record Section(int line, String title, List<Entry> entries) {}

  /** A line with a value. */
  record Entry(int line, String key, String value) {}

  /**
   * Reads a file.
   *
   * @throws ConfigurationException if it cannot be read, or a line has another form
   */
  static ConfigurationFile read(Path file) throws ConfigurationException {
    try {
      return parse(file.toString(), Files.readAllLines(file));
    } catch (NoSuchFileException e) {
      throw new ConfigurationException("there is no file " + file);
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(file + " is no text in UTF-8");
    } catch (IOException e) {
      throw new ConfigurationException("cannot read " + file + ": " + e);
    }
  }

  /** Reads lines, which have been in a file of that name. */
  static ConfigurationFile parse(String name, List<String> lines) throws ConfigurationException {
    ConfigurationFile file = new ConfigurationFile(name, new ArrayList<>());
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at).strip();
      if (!line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != ';') {
        file.add(at + 1, line);
      }
    }
    return file;
  }

  private void add(int number, String line) throws ConfigurationException {
    int equals = line.indexOf('=');
    if (line.startsWith("[")) {
      if (!line.endsWith("]")) {
        throw wrong(number, "the section '" + line + "' lacks its closing bracket");
      }
      String title = line.substring(1, line.length() - 1).strip();
      sections.add(new Section(number, title, new ArrayList<>()));
    } else if (equals <= 0) {
      throw wrong(number, "'" + line + "' is neither 'key = value', a [section] nor a # comment");
    } else if (sections.isEmpty()) {
      throw wrong(number, "'" + line + "' stands before the first [section]");
    } else {
      String key = line.substring(0, equals).strip();
      String value = line.substring(equals + 1).strip();
      sections.get(sections.size() - 1).entries().add(new Entry(number, key, value));
    }
  }

  /** The error that a line is wrong. */
  ConfigurationException wrong(int line, String what) {
    return new ConfigurationException(where(line) + ": " + what);
  }

  /** A place in this file. */
  String where(int line) {
    return name + ":" + line;
  }
}
