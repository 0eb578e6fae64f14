package dev.dmabroker.remote;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Changes messages as somebody would who knows how they are made: fields are dropped, doubled,
 * renumbered and exchanged, numbers become those that lie at borders, and texts grow; now and then
 * bytes are changed blindly. Not thread-safe.
 */
final class WireMutator {
  private static final long[] BORDERS = {
    0,
    1,
    2,
    3,
    7,
    8,
    63,
    64,
    127,
    128,
    255,
    256,
    4095,
    4096,
    65535,
    65536,
    1L << 31,
    1L << 32,
    Integer.MAX_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2,
    Long.MAX_VALUE / 4096,
    1L << 40
  };

  private final Random random;

  WireMutator(Random random) {
    this.random = random;
  }

  /** A field: what it is, and its value, which is a Long or a ByteString. */
  private record Field(int tag, Object value) {}

  /** A message that differs from this one. */
  byte[] mutate(byte[] message) {
    try {
      return random.nextInt(10) == 0 ? blindly(message) : write(change(read(message), 0));
    } catch (IOException e) {
      return blindly(message);
    }
  }

  private byte[] blindly(byte[] message) {
    byte[] bytes = message.clone();
    for (int times = 1 + random.nextInt(4); times > 0 && bytes.length > 0; times--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    return ByteString.copyFrom(bytes, 0, length).toByteArray();
  }

  private static List<Field> read(byte[] message) throws IOException {
    List<Field> fields = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> fields.add(new Field(tag, in.readInt64()));
        case WireFormat.WIRETYPE_FIXED64 -> fields.add(new Field(tag, in.readFixed64()));
        case WireFormat.WIRETYPE_FIXED32 -> fields.add(new Field(tag, (long) in.readFixed32()));
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> fields.add(new Field(tag, in.readBytes()));
        default -> throw new IOException("a group");
      }
    }
    return fields;
  }

  private static byte[] write(List<Field> fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (Field field : fields) {
      out.writeUInt32NoTag(field.tag());
      if (field.value() instanceof ByteString text) {
        out.writeBytesNoTag(text);
      } else if (WireFormat.getTagWireType(field.tag()) == WireFormat.WIRETYPE_FIXED64) {
        out.writeFixed64NoTag((Long) field.value());
      } else if (WireFormat.getTagWireType(field.tag()) == WireFormat.WIRETYPE_FIXED32) {
        out.writeFixed32NoTag(((Long) field.value()).intValue());
      } else {
        out.writeUInt64NoTag((Long) field.value());
      }
    }
    out.flush();
    return bytes.toByteArray();
  }

  private List<Field> change(List<Field> fields, int depth) throws IOException {
    if (fields.isEmpty()) {
      fields.add(new Field(8 * (1 + random.nextInt(90)), border()));
      return fields;
    }
    int at = random.nextInt(fields.size());
    Field field = fields.get(at);
    switch (random.nextInt(8)) {
      case 0 -> fields.remove(at);
      case 1 -> fields.add(field);
      case 2 -> fields.add(random.nextInt(fields.size()), field);
      case 3 ->
          fields.set(
              at, new Field(field.tag() + 8 * (random.nextInt(5) - 2) & 0x7fff, field.value()));
      default -> fields.set(at, new Field(field.tag(), change(field.value(), depth)));
    }
    fields.removeIf(each -> each.tag() < 8);
    return fields;
  }

  private Object change(Object value, int depth) throws IOException {
    if (!(value instanceof ByteString text)) {
      return border();
    }
    if (depth < 6 && random.nextInt(8) != 0) {
      try {
        List<Field> inner = read(text.toByteArray());
        return ByteString.copyFrom(write(change(inner, depth + 1)));
      } catch (IOException noMessage) {
        // It is a text, or bytes.
      }
    }
    return switch (random.nextInt(4)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> text.concat(text);
      case 2 -> ByteString.copyFromUtf8("\u0000/../\n\u00e4".repeat(1 + random.nextInt(2000)));
      default -> ByteString.copyFrom(blindly(text.toByteArray()));
    };
  }

  private long border() {
    return random.nextInt(3) == 0
        ? random.nextInt(16)
        : BORDERS[random.nextInt(BORDERS.length)] + random.nextInt(3) - 1;
  }
}
