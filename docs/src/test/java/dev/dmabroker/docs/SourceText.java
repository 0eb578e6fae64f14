package dev.dmabroker.docs;

import java.net.URI;
import javax.tools.SimpleJavaFileObject;

/** A source file that is not in the file system. It may hold public types of any name. */
final class SourceText extends SimpleJavaFileObject {
  private final String text;

  SourceText(String name, String text) {
    super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
    this.text = text;
  }

  @Override
  public boolean isNameCompatible(String simpleName, Kind kind) {
    return kind == Kind.SOURCE;
  }

  @Override
  public CharSequence getCharContent(boolean ignoreEncodingErrors) {
    return text;
  }
}
