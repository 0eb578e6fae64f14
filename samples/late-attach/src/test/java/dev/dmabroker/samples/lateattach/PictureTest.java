package dev.dmabroker.samples.lateattach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The file that {@code --picture} writes, and the one beside it. */
class PictureTest {

  @Test
  void showsEachBufferTheHeapsAndTheDisplaysComing(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("picture.svg");
    int status =
        LateAttach.run(
            "--devices", "modelled", "--size", "64x64", "--seconds", "4", "--picture", file + "");
    assertTrue(status < 2, "a busy machine may drop frames");

    List<String> light = texts(Files.readString(file));
    List<String> dark = texts(Files.readString(folder.resolve("picture-dark.svg")));
    assertEquals(light, dark);
    assertTrue(light.contains("the display attaches"), light::toString);
    for (int buffer = 1; buffer <= Session.BUFFERS; buffer++) {
      assertTrue(light.contains("buffer " + buffer), light::toString);
    }
    assertTrue(light.stream().anyMatch(text -> text.startsWith("in ")), "the heaps are named");
    assertNotEquals(
        Files.readString(file), Files.readString(folder.resolve("picture-dark.svg")), "colours");
  }

  private static List<String> texts(String svg) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    NodeList nodes = document.getElementsByTagName("text");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }
}
