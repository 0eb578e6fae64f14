package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The devices of a generated trace: as many of each role, by turns. */
final class Fleet {
  /** The fewest devices that have one of each role. */
  static final int LEAST = 4;

  private final List<List<DeviceSpec>> byRole = new ArrayList<>();

  /** What a device does. */
  enum Role {
    /** Fills buffers, whose memory the CPU has to reach. */
    CAMERA(Access.WRITE, Constraints.builder().cpuReach().build()),
    /** Looks at frames, wherever they lie. */
    VIEWER(Access.READ, Constraints.none()),
    /** Looks at frames in contiguous memory. */
    DISPLAY(Access.READ, Devices.CONTIGUOUS),
    /** Fills buffers in contiguous memory. */
    DECODER(Access.WRITE, Devices.CONTIGUOUS);

    private final Access access;
    private final Constraints constraints;

    Role(Access access, Constraints constraints) {
      this.access = access;
      this.constraints = constraints;
    }

    private DeviceSpec device(int number) {
      return DeviceSpec.builder(name().toLowerCase(Locale.ROOT) + "-" + number)
          .access(access)
          .constraints(constraints)
          .build();
    }
  }

  /** Makes so many devices, at least {@link #LEAST}. */
  Fleet(int devices) {
    Role[] roles = Role.values();
    for (Role unused : roles) {
      byRole.add(new ArrayList<>());
    }
    for (int i = 0; i < devices; i++) {
      byRole.get(i % roles.length).add(roles[i % roles.length].device(1 + i / roles.length));
    }
  }

  /** All devices, role by role. */
  List<DeviceSpec> all() {
    return byRole.stream().flatMap(List::stream).toList();
  }

  /** One of those with the role. */
  DeviceSpec any(Role role, Random random) {
    List<DeviceSpec> those = byRole.get(role.ordinal());
    return those.get(random.nextInt(those.size()));
  }
}
