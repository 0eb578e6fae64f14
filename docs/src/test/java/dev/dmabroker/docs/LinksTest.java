package dev.dmabroker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Links within the documents lead to files and headings that exist. */
class LinksTest {
  /** A link or picture, with its target up to a title. */
  private static final Pattern LINK = Pattern.compile("]\\(<?([^)>\\s]*)>?[^)]*\\)");

  private static final Pattern ATTRIBUTE = Pattern.compile("\\b(?:href|src|srcset)=\"([^\"]*)\"");

  private static final Pattern DEFINITION =
      Pattern.compile("^ {0,3}\\[[^\\]]+]: +(\\S+)", Pattern.MULTILINE);

  private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?) *#*$", Pattern.MULTILINE);

  private static final Pattern ANCHOR = Pattern.compile("<a (?:id|name)=\"([^\"]+)\"");

  /** A file of the repository that is named in code style, as a command or alone. */
  private static final Pattern NAMED =
      Pattern.compile("`((?:api|allocators|heuristics|metrics|samples|docs|\\.ci)/[\\w./-]+)");

  private static final Pattern FENCED =
      Pattern.compile("^ *(`{3,}|~{3,}).*?^ *\\1", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern HOST = Pattern.compile("https?://([\\w.-]+)");

  /** What the hosts of package registries have in their names. */
  private static final Set<String> REGISTRIES =
      Set.of(
          "central",
          "crates",
          "deb",
          "mvnrepository",
          "nexus",
          "npmjs",
          "packages",
          "pypi",
          "registry",
          "repo",
          "repo1",
          "sonatype");

  private static final List<Path> PAGES = Documents.pages();

  /** The text without fenced blocks, in which brackets and hashes mean something else. */
  private static String prose(Path page) {
    return FENCED.matcher(Documents.read(page)).replaceAll("");
  }

  private static List<String> targets(Path page) {
    String prose = prose(page).replaceAll("`[^`\n]*`", "");
    List<String> targets = new ArrayList<>();
    for (Pattern pattern : List.of(LINK, ATTRIBUTE, DEFINITION)) {
      pattern.matcher(prose).results().forEach(found -> targets.add(found.group(1)));
    }
    return targets;
  }

  /** The anchors that GitHub gives to headings, and those that the page makes itself. */
  private static Set<String> anchors(Path page) {
    Map<String, Integer> times = new HashMap<>();
    Set<String> anchors = new TreeSet<>();
    HEADING
        .matcher(prose(page))
        .results()
        .map(heading -> anchor(heading.group(1)))
        .forEach(
            anchor -> {
              int before = times.merge(anchor, 1, Integer::sum) - 1;
              anchors.add(before == 0 ? anchor : anchor + "-" + before);
            });
    ANCHOR.matcher(prose(page)).results().forEach(found -> anchors.add(found.group(1)));
    return anchors;
  }

  private static String anchor(String heading) {
    return heading
        .replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }

  /** What is wrong with a link, or nothing. */
  private static String wrong(Path page, String target) {
    String path = target.replaceAll("#.*", "");
    Path file = path.isEmpty() ? page : page.resolveSibling(path).normalize();
    if (path.startsWith("/") || !file.startsWith(Documents.TOP)) {
      return "leads out of the repository";
    } else if (!Files.exists(file)) {
      return "leads to no file";
    } else if (target.contains("#") && !anchors(file).contains(target.replaceAll(".*#", ""))) {
      return "leads to no heading";
    }
    return "";
  }

  @Test
  void everyLinkWithinTheRepositoryLeadsSomewhere() {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (Path page : PAGES) {
      for (String target : targets(page)) {
        if (!target.matches("[a-z]+:.*")) {
          count++;
          String why = wrong(page, target);
          if (!why.isEmpty()) {
            wrong.add(Documents.name(page) + ": " + target + " " + why);
          }
        }
      }
    }
    System.out.printf("%d links in %d pages%n", count, PAGES.size());
    assertEquals(List.of(), wrong);
    assertTrue(count > 20, "few links are found: " + count);
  }

  @Test
  void everyFileThatIsNamedExists() {
    List<String> wrong = new ArrayList<>();
    for (Path page : PAGES) {
      NAMED
          .matcher(prose(page))
          .results()
          .map(named -> named.group(1).replaceAll("\\.$", ""))
          .filter(named -> !Files.exists(Documents.TOP.resolve(named)))
          .forEach(named -> wrong.add(Documents.name(page) + ": " + named));
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void noPageNamesARegistry() {
    List<String> registries =
        PAGES.stream()
            .flatMap(page -> HOST.matcher(Documents.read(page)).results())
            .map(host -> host.group(1))
            .filter(host -> Arrays.stream(host.split("\\.")).anyMatch(REGISTRIES::contains))
            .collect(Collectors.toList());
    assertEquals(List.of(), registries);
  }

  @Test
  void headingsHaveTheAnchorsThatGitHubGivesThem() {
    assertEquals("waittimeoutexception", anchor("`WaitTimeoutException`"));
    assertEquals("what-it-is-and-isnt", anchor("What it is, and isn't"));
    assertEquals("a-link-to-it", anchor("A [link](x.md) to it"));
  }
}
