package dev.dmabroker.remote;

import dev.dmabroker.Holder;
import java.time.Instant;
import java.util.List;

/**
 * A client of a service, as it was at one moment. Immutable. Not for implementation outside the
 * service.
 */
public interface ClientState {

  /** {@return the name under which the service keeps the client; no two clients have one name} */
  String name();

  /** {@return the process, with the name that it gave itself} */
  Peer peer();

  /** {@return the terms on which it was taken} */
  ClientTerms terms();

  /** {@return when it connected} */
  Instant connectedSince();

  /** {@return how many devices it has registered} */
  int devices();

  /** {@return how many buffers it has, its own and others'} */
  int buffers();

  /** {@return how many attachments it has} */
  int attachments();

  /** {@return how many mappings are open, as far as the client's page of words says} */
  int mappings();

  /** {@return how many streams it has, its own and others'} */
  int streams();

  /** {@return the bytes of memory that count against its budget} */
  long memoryBytes();

  /**
   * {@return what it holds while others wait for that: its mappings and uses of buffers that move,
   * or for which a map waits; each says for how long}
   */
  List<Holder> holdsUp();
}
