package dev.dmabroker.samples.replay;

import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

/**
 * Constraints as one word, such as {@code contiguous,addressBits=32}. Has the fields that modelled
 * heaps can tell apart; constraints with others have no text.
 */
final class ConstraintsText {
  private static final String NONE = "none";

  /**
   * A field: a number, or a flag, which is 1 if it is set.
   *
   * @param nothing the value that asks for nothing
   */
  private record Term(
      String label,
      boolean flag,
      long nothing,
      ToLongFunction<Constraints> get,
      ObjLongConsumer<ConstraintsBuilder> set) {

    static Term flag(
        String label, Function<Constraints, Boolean> get, Consumer<ConstraintsBuilder> set) {
      return new Term(
          label, /* flag= */ true, 0, from -> get.apply(from) ? 1 : 0, (to, one) -> set.accept(to));
    }

    static Term number(
        String label,
        long nothing,
        ToLongFunction<Constraints> get,
        ObjLongConsumer<ConstraintsBuilder> set) {
      return new Term(label, /* flag= */ false, nothing, get, set);
    }

    Optional<String> format(Constraints constraints) {
      long value = get.applyAsLong(constraints);
      return value == nothing ? Optional.empty() : Optional.of(flag ? label : label + "=" + value);
    }
  }

  private static final List<Term> TERMS =
      List.of(
          Term.flag("contiguous", Constraints::contiguous, ConstraintsBuilder::contiguous),
          Term.flag("cpuReach", Constraints::cpuReach, ConstraintsBuilder::cpuReach),
          Term.flag("cpuOnly", Constraints::cpuOnly, ConstraintsBuilder::cpuOnly),
          Term.number(
              "addressBits",
              64,
              Constraints::addressBits,
              (to, bits) -> to.addressBits(Math.toIntExact(bits))),
          Term.number("alignment", 1, Constraints::alignmentBytes, ConstraintsBuilder::alignment),
          Term.number("minSize", 1, Constraints::minSizeBytes, ConstraintsBuilder::minSize),
          Term.number(
              "maxSize", Long.MAX_VALUE, Constraints::maxSizeBytes, ConstraintsBuilder::maxSize),
          Term.number(
              "strideAlignment",
              1,
              Constraints::strideAlignmentBytes,
              ConstraintsBuilder::strideAlignment));

  private ConstraintsText() {}

  /**
   * The text of constraints.
   *
   * @throws IllegalArgumentException if they ask for something that the text cannot say
   */
  static String format(Constraints constraints) {
    List<String> terms = new ArrayList<>();
    TERMS.forEach(term -> term.format(constraints).ifPresent(terms::add));
    String text = terms.isEmpty() ? NONE : String.join(",", terms);
    if (!parse(text).equals(constraints)) {
      throw new IllegalArgumentException(
          "a trace cannot say (" + constraints + "), only (" + text + ") of it");
    }
    return text;
  }

  /**
   * What a text says.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  static Constraints parse(String text) {
    ConstraintsBuilder builder = Constraints.builder();
    if (!text.equals(NONE)) {
      for (String word : text.split(",", -1)) {
        set(builder, word);
      }
    }
    try {
      return builder.build();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static void set(ConstraintsBuilder builder, String word) {
    int equals = word.indexOf('=');
    String label = equals < 0 ? word : word.substring(0, equals);
    Term term =
        TERMS.stream()
            .filter(each -> each.label().equals(label) && each.flag() == (equals < 0))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is no constraint"));
    try {
      term.set().accept(builder, term.flag() ? 1 : Long.parseLong(word.substring(equals + 1)));
    } catch (ArithmeticException | NumberFormatException | IllegalStateException e) {
      throw new IllegalArgumentException("constraint '" + word + "': " + e.getMessage(), e);
    }
  }
}
