package dev.dmabroker.internal;

import java.util.List;

/** Who has to be served, as the solver sees it. */
interface Member {

  /** The device's name. */
  String name();

  /** What it can live with, best first. */
  List<Option> options();

  /** Whether it may be left out. */
  boolean isDispensable();
}
