import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Prints how the engine is built: its rooms and the arrows between them, the largest set of classes
 * that depend on each other, and the sizes of files and methods. It needs compiled classes:
 *
 * <pre>mvn -q -pl api compile; java docs/Structure.java</pre>
 */
class Structure {
  private static final String ENGINE = "dev.dmabroker.internal";
  private static final Path CLASSES = Path.of("api/target/classes/dev/dmabroker/internal");
  private static final Path SOURCES = Path.of("api/src/main/java/dev/dmabroker/internal");

  public static void main(String[] args) throws IOException {
    Map<String, Set<String>> uses = uses();
    Set<String> rooms = new TreeSet<>();
    Set<String> arrows = new TreeSet<>();
    uses.forEach(
        (user, used) -> {
          rooms.add(room(user));
          used.stream()
              .filter(each -> !room(each).equals(room(user)))
              .forEach(each -> arrows.add(room(user) + " -> " + room(each)));
        });
    System.out.println("rooms: " + rooms.size() + " " + rooms);
    System.out.println("arrows between rooms: " + arrows.size());
    List<Set<String>> knots = knots(uses);
    System.out.println(
        "largest set of classes that depend on each other: "
            + knots.get(0).size()
            + " of "
            + uses.size()
            + " "
            + knots.get(0));
    System.out.println(
        "other such sets: " + knots.stream().skip(1).filter(each -> each.size() > 1).toList());
    sizes();
  }

  private static String room(String type) {
    return type.substring(ENGINE.length() + 1).contains(".")
        ? type.substring(ENGINE.length() + 1, type.lastIndexOf('.'))
        : "(none)";
  }

  /** Of each top-level class of the engine, those that it depends on. */
  private static Map<String, Set<String>> uses() throws IOException {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    List<String> arguments = new ArrayList<>(List.of("-verbose:class", "-filter:none"));
    try (Stream<Path> all = Files.walk(CLASSES)) {
      // Single files, as the folder would be taken for a module.
      all.filter(each -> each.toString().endsWith(".class"))
          .filter(each -> !each.toString().endsWith("-info.class"))
          .forEach(each -> arguments.add(each.toString()));
    }
    int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(out, out, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("jdeps: " + text);
    }
    Map<String, Set<String>> uses = new TreeMap<>();
    String type = "(" + Pattern.quote(ENGINE) + "\\.[\\w.$]+)";
    Matcher arrow =
        Pattern.compile("^ +" + type + " +-> " + type + " ", Pattern.MULTILINE)
            .matcher(text.toString());
    while (arrow.find()) {
      String user = outer(arrow.group(1));
      String used = outer(arrow.group(2));
      uses.computeIfAbsent(used, any -> new TreeSet<>());
      Set<String> all = uses.computeIfAbsent(user, any -> new TreeSet<>());
      if (!user.equals(used)) {
        all.add(used);
      }
    }
    return uses;
  }

  private static String outer(String type) {
    int nested = type.indexOf('$');
    return nested < 0 ? type : type.substring(0, nested);
  }

  /** The sets of classes that reach each other, the largest first (Tarjan 1972). */
  private static List<Set<String>> knots(Map<String, Set<String>> uses) {
    List<Set<String>> knots = new ArrayList<>();
    Map<String, Integer> index = new HashMap<>();
    Map<String, Integer> low = new HashMap<>();
    Deque<String> stack = new ArrayDeque<>();
    for (String type : uses.keySet()) {
      if (!index.containsKey(type)) {
        visit(type, uses, index, low, stack, knots);
      }
    }
    knots.sort((one, other) -> other.size() - one.size());
    return knots;
  }

  private static void visit(
      String type,
      Map<String, Set<String>> uses,
      Map<String, Integer> index,
      Map<String, Integer> low,
      Deque<String> stack,
      List<Set<String>> knots) {
    index.put(type, index.size());
    low.put(type, index.get(type));
    stack.push(type);
    for (String used : uses.getOrDefault(type, Set.of())) {
      if (!index.containsKey(used)) {
        visit(used, uses, index, low, stack, knots);
        low.merge(type, low.get(used), Math::min);
      } else if (stack.contains(used)) {
        low.merge(type, index.get(used), Math::min);
      }
    }
    if (low.get(type).equals(index.get(type))) {
      Set<String> knot = new TreeSet<>();
      String member;
      do {
        member = stack.pop();
        knot.add(member.substring(member.lastIndexOf('.') + 1));
      } while (!member.equals(type));
      knots.add(knot);
    }
  }

  private static void sizes() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      files =
          all.filter(each -> each.toString().endsWith(".java"))
              .filter(each -> !each.endsWith("package-info.java"))
              .toList();
    }
    List<Integer> lengths = new ArrayList<>();
    int comments = 0;
    int code = 0;
    int longest = 0;
    String name = "";
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      lengths.add(lines.size());
      int start = -1;
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        String bare = line.strip();
        if (bare.startsWith("//") || bare.startsWith("*") || bare.startsWith("/*")) {
          comments++;
        } else if (!bare.isEmpty() && !bare.startsWith("import ")) {
          code++;
        }
        if (line.matches("^ {2}\\w.*\\b(class|interface|record|enum) .*")) {
          start = -1; // A nested type, whose methods are not told apart.
        } else if (line.matches("^ {2}[\\w<].*\\(.*")) {
          start = i;
        } else if (line.matches("^ {2}}.*") && start >= 0) {
          if (i - start + 1 > longest) {
            longest = i - start + 1;
            name = file.getFileName() + ":" + (start + 1);
          }
          start = -1;
        }
      }
    }
    Collections.sort(lengths);
    System.out.println(
        "files: "
            + lengths.size()
            + ", lines: "
            + lengths.stream().mapToInt(each -> each).sum()
            + ", median: "
            + lengths.get(lengths.size() / 2)
            + ", longest: "
            + lengths.get(lengths.size() - 1)
            + ", over 300 lines: "
            + lengths.stream().filter(each -> each > 300).count());
    System.out.println("longest method: " + longest + " lines, " + name);
    System.out.printf("comment lines for each line of code: %.2f%n", comments / (double) code);
  }
}
