package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Whether devices that have nothing to do with it slow anything down. */
final class DevicesSuite implements Suite {
  private static final int FEW = 10;
  private static final int MANY = 10_000;

  private static final Map<String, String> METHODS = new LinkedHashMap<>();

  static {
    METHODS.put("register", "register + close");
    METHODS.put("attach", "attach + detach");
    METHODS.put("map", "map + unmap");
    METHODS.put("plan", "plan for 8");
    METHODS.put("snapshot", "snapshot, which lists them");
  }

  @Override
  public String name() {
    return "devices";
  }

  @Override
  public void measure(Form form, Table table) {
    List<Case> cases = new ArrayList<>();
    for (String method : METHODS.keySet()) {
      cases.add(of(method, FEW));
      cases.add(of(method, MANY));
    }
    Figures figures = new Forks(form, this).measure(cases);
    table.section("devices: one broker with many of them registered");
    for (String method : METHODS.keySet()) {
      Figure few = figures.of(of(method, FEW));
      Figure many = figures.of(of(method, MANY));
      table.add(few);
      if (method.equals("snapshot")) {
        table.add(many, few);
      } else {
        table.add(many, few, Bar.DEVICES_FLAT);
      }
    }
  }

  private static Case of(String method, int devices) {
    String what =
        String.format(
            Locale.ROOT, "%s, %,d devices", METHODS.getOrDefault(method, method), devices);
    Map<String, String> params = Map.of("devices", Integer.toString(devices));
    return new Case(what, DevicesBench.class, method, 1, params);
  }
}
