package dev.dmabroker.remote.internal.service;

/**
 * The party that shares buffers and streams: a client, or the application that serves its broker.
 */
interface Sharer {
  /** The sharer, for errors: "client camera". */
  String described();
}
