/** How the samples read their command lines, with picocli. */
module dev.dmabroker.samples.options {
  requires transitive info.picocli;
  requires static transitive org.jspecify;

  exports dev.dmabroker.samples.options;
}
