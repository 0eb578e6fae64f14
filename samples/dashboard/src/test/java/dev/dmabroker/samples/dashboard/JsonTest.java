package dev.dmabroker.samples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void writesEveryKindOfValue() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a");
    value.put("number", 1.5);
    value.put("none", Optional.empty());
    value.put("some", Optional.of(true));
    value.put("not", Double.NaN);
    value.put("list", List.of(1, List.of(), Map.of()));
    assertEquals(
        "{\"text\":\"a\",\"number\":1.5,\"none\":null,\"some\":true,\"not\":null,"
            + "\"list\":[1,[],{}]}",
        Json.of(value));
  }

  @Test
  void anyTextComesThrough() {
    String text = "\"\\\n\r\t\u0000\u2028é\ud83d\ude00 </script>";
    assertEquals(text, JsonParser.parseString(Json.of(text)).getAsString());
    assertEquals("\"\\ud83d\"", Json.of("\ud83d"));
  }
}
