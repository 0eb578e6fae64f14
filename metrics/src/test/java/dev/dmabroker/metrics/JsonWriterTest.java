package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads back with another's parser what was written. */
class JsonWriterTest {
  private final StringWriter out = new StringWriter();
  private final JsonWriter json = new JsonWriter(out, 1);

  private JsonNode parsed() throws IOException {
    json.end();
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void structuresNest() throws IOException {
    json.object().member("a", 1).name("b").array();
    json.value("x").value(true).object().endObject().array().endArray().value((String) null);
    json.endArray().member("c", -5L).member("d", false).member("e", 0.125).endObject();
    JsonNode parsed = parsed();
    assertEquals(
        """
        {
          "a": 1,
          "b": ["x",true,{},[],null],
          "c": -5,
          "d": false,
          "e": 0.125
        }
        """,
        out.toString());
    assertEquals(5, parsed.get("b").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a\"b\\c/", "line\nreturn\rtab\t", "\u0000\u001f\u007f", "ü \ud83d\ude00"})
  void textComesBack(String text) throws IOException {
    json.object().member(text, text).endObject();
    assertEquals(text, parsed().get(text).textValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud83d", "\ude00\ud83d", "a\ud83db"})
  void halfACharacterIsEscaped(String text) throws IOException {
    json.value(text).end();
    String encoded =
        new String(out.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertEquals(text, new ObjectMapper().readTree(encoded).textValue());
  }

  @Test
  void anyTextComesBack() throws IOException {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      text.append((char) random.nextInt(0x300));
    }
    json.value(text.toString());
    assertEquals(text.toString(), parsed().textValue());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "999, 0.999",
    "1000, 1",
    "1001, 1.001",
    "1010, 1.010",
    "-1, -0.001",
    "-2500, -2.500",
    "9223372036854775807, 9223372036854775.807"
  })
  void microsecondsKeepTheirFraction(long nanos, String micros) throws IOException {
    json.micros(nanos).end();
    assertEquals(micros + "\n", out.toString());
  }
}
