/**
 * A broker for several processes: the service, and the client that has the interfaces of a broker.
 */
module dev.dmabroker.remote {
  requires transitive dev.dmabroker;
  requires dev.dmabroker.allocators;
  requires com.google.protobuf;
  requires jdk.unsupported; // protobuf's, which is an automatic module and cannot say so.
  requires static org.jspecify;

  exports dev.dmabroker.remote;
}
