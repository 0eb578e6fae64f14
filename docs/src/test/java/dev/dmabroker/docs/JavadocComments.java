package dev.dmabroker.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the Java that Javadoc shows, in a {@code pre} of code, as if it were a Markdown page. */
final class JavadocComments {
  private static final Pattern COMMENT = Pattern.compile("/\\*\\*.*?\\*/", Pattern.DOTALL);

  private JavadocComments() {}

  /** The comments of a source file, as pages whose lines are those of the file. */
  static List<Page> pages(Path source) {
    String text = Documents.read(source);
    List<Page> pages = new ArrayList<>();
    Matcher comment = COMMENT.matcher(text);
    while (comment.find()) {
      pages.add(Page.of(Documents.name(source), markdown(text, comment.toMatchResult())));
    }
    return pages;
  }

  private static String markdown(String text, MatchResult comment) {
    String before = text.substring(0, comment.start()).replaceAll("[^\n]", "");
    String inside = text.substring(comment.start() + 3, comment.end() - 2);
    return before
        + inside
            .replaceAll("(?m)^ *\\* ?", "")
            .replaceAll("(?m)^<pre>\\{@code *$", "```java")
            .replaceAll("(?m)^}</pre> *$", "```");
  }
}
