package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** The devices of a generated trace: as many of each role, by turns. */
final class Fleet {
  /** The fewest devices that have one of each role. */
  static final int LEAST = 4;

  /** What a device does. */
  enum Role {
    /** Fills buffers, whose memory the CPU has to reach. */
    CAMERA,
    /** Looks at frames, wherever they lie. */
    VIEWER,
    /** Looks at frames in contiguous memory. */
    DISPLAY,
    /** Fills buffers in contiguous memory. */
    DECODER;

    private Access access() {
      return switch (this) {
        case CAMERA, DECODER -> Access.WRITE;
        case VIEWER, DISPLAY -> Access.READ;
      };
    }

    private Constraints constraints() {
      return switch (this) {
        case CAMERA -> Constraints.builder().cpuReach().build();
        case VIEWER -> Constraints.none();
        case DISPLAY, DECODER -> Devices.CONTIGUOUS;
      };
    }

    private DeviceSpec device(int number) {
      return DeviceSpec.builder(name().toLowerCase(Locale.ROOT) + "-" + number)
          .access(access())
          .constraints(constraints())
          .build();
    }
  }

  private final Map<Role, List<DeviceSpec>> byRole = new EnumMap<>(Role.class);

  /** Makes so many devices, at least {@link #LEAST}. */
  Fleet(int devices) {
    List<Role> roles = List.of(Role.values());
    for (int i = 0; i < devices; i++) {
      Role role = roles.get(i % roles.size());
      byRole
          .computeIfAbsent(role, unused -> new ArrayList<>())
          .add(role.device(1 + i / roles.size()));
    }
  }

  /** All devices, role by role. */
  List<DeviceSpec> all() {
    return byRole.values().stream().flatMap(List::stream).toList();
  }

  /** One of those with the role. */
  DeviceSpec any(Role role, Random random) {
    List<DeviceSpec> those = byRole.getOrDefault(role, List.of());
    return those.get(random.nextInt(those.size()));
  }
}
