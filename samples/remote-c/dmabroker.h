/*
 * A client of a dmabroker service, for programs in C. docs/remote.md explains what happens between the two.
 *
 * Errors. A function that can fail returns 0, or -1 and says why in *error, which may be NULL. Once the service has ended, or
 * has let this client go, each call fails with the kind "ClosedException": what is mapped stays valid, and
 * dmabroker_connect() connects anew.
 *
 * Blocking. Each function but those of which something else is said waits for the service's answer: at most 30 s longer than
 * the timeout that it is given; a service that has not answered by then counts as ended. Timeouts are in nanoseconds; 0
 * stands for the service's default, and DMABROKER_NOW for no wait for others.
 *
 * Threads. A connection, with all that came of it, is used by one thread at a time. Connections share nothing. The library
 * starts no threads, handles no signals, and writes to no standard stream.
 *
 * Ownership. Structures are the caller's, their fields the library's to write. They may be copied, and are ended once. Texts
 * and arrays that are passed in are not used after the call. Descriptors are closed on exec.
 */
#ifndef DMABROKER_H
#define DMABROKER_H

#include "remote.pb-c.h" /* Generated of docs/remote.proto by protoc-c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PROTOBUF_C__BEGIN_DECLS

#define DMABROKER_NOW 1

typedef struct dmabroker dmabroker; /* A connection. */
typedef uint64_t dmabroker_id;      /* A device, a buffer or a stream of a connection; never 0. */
typedef Dmabroker__Remote__Access dmabroker_access;

/* Why a call failed: `kind` is the simple name of the exception that a program in Java would see. */
struct dmabroker_error {
  char kind[40], text[472];
  bool is_transient; /* The call may succeed later, unchanged. */
};

/* ---- Connecting ---- */

/*
 * Connects to the service at a path; NULL stands for $XDG_RUNTIME_DIR/dmabroker-0. The service shows the name, of 1 to 64
 * characters, in its lists and logs. Returns NULL if that fails.
 */
dmabroker *dmabroker_connect(const char *path, const char *name, struct dmabroker_error *error);

/* Ends the connection. All that came of it is closed, and its memory unmapped. Does not wait. NULL is allowed. */
void dmabroker_disconnect(dmabroker *connection);

/* The name under which the service keeps this client, which others do not have. Valid until it disconnects. */
const char *dmabroker_name(const dmabroker *connection);

/* The socket, for poll(): when it is readable, dmabroker_take() may find a frame. Not to be closed. */
int dmabroker_descriptor(const dmabroker *connection);

/* ---- Devices ---- */

/* What a device asks of memory: a flag, a number, or a pointer to names. docs/remote.md lists the fields. */
typedef Dmabroker__Remote__Constraints__Field dmabroker_constraint;
#define DMABROKER_ASK(field, FORM, member, value)                                                 \
  { PROTOBUF_C_MESSAGE_INIT(&dmabroker__remote__constraints__field__descriptor), (char *)(field), \
    DMABROKER__REMOTE__CONSTRAINTS__FIELD__VALUE_##FORM, { .member = (value) } }
#define DMABROKER_FLAG(field, value) DMABROKER_ASK(field, FLAG, flag, value)
#define DMABROKER_NUMBER(field, value) DMABROKER_ASK(field, NUMBER, number, value)
#define DMABROKER_NAMES(field, value) DMABROKER_ASK(field, NAMES, names, value)
#define DMABROKER_CPU_ONLY DMABROKER_FLAG("deviceAccess", false) /* This program's CPU, and no hardware. */

/* Makes a device known, with what it asks, at most 32 things, and the most that it does with memory. */
int dmabroker_register(dmabroker *connection, const char *name, dmabroker_access access, dmabroker_constraint *constraints,
                       size_t count, dmabroker_id *device, struct dmabroker_error *error);
int dmabroker_close_device(dmabroker *connection, dmabroker_id device, struct dmabroker_error *error);

/* ---- Memory ---- */

/* Memory in which a buffer lies. Valid until the mapping or the frame ends of which it is. */
struct dmabroker_memory {
  int descriptor; /* To import into a device. Not to be closed. */
  const Dmabroker__Remote__Memory *about; /* Its size, layout, heap and generation. */
  /* The library's. */
  void *address;
  struct dmabroker_memory *next;
  uint64_t owner;
  uint32_t index, uses;
  bool is_left;
};

/*
 * Begins and ends the CPU's use of memory: DMA_BUF_IOCTL_SYNC, where it is a dma-buf, with `access` the same both times.
 * Returns where the memory is mapped, or NULL. Asks no service; may wait for hardware that is at work in the memory.
 */
void *dmabroker_begin_cpu(struct dmabroker_memory *memory, dmabroker_access access, struct dmabroker_error *error);
int dmabroker_end_cpu(struct dmabroker_memory *memory, dmabroker_access access, struct dmabroker_error *error);

/* ---- Single buffers ---- */

/* Makes a buffer of plain bytes, whose memory comes with the first map. */
int dmabroker_export(dmabroker *connection, const char *name, uint64_t size_bytes, dmabroker_id *buffer,
                     struct dmabroker_error *error);
int dmabroker_close_buffer(dmabroker *connection, dmabroker_id buffer, struct dmabroker_error *error);

enum { DMABROKER_ACCESSES = 5 };

struct dmabroker_attachment {
  dmabroker *connection;
  dmabroker_id buffer;
  uint64_t identity;
  struct dmabroker_word {
    struct dmabroker_memory *memory;
    uint32_t number, tag;
  } words[DMABROKER_ACCESSES]; /* In which this process counts its uses, by access. */
};

/* Attaches a device to a buffer, which from then on has to lie where the device reaches it, and moves there if need be. */
int dmabroker_attach(dmabroker *connection, dmabroker_id buffer, dmabroker_id device,
                     struct dmabroker_attachment *attachment, struct dmabroker_error *error);
int dmabroker_detach(struct dmabroker_attachment *attachment, struct dmabroker_error *error);

/* A use of a buffer, which stays where it is meanwhile. */
struct dmabroker_mapping {
  struct dmabroker_memory *memory;
  struct dmabroker_attachment *attachment;
  uint64_t identity;
  uint32_t word, tag;
};

/*
 * Maps a buffer; waits while it moves. Who writes while others read is not the broker's business. The first map with an access
 * asks the service, and so does the first one after a move; all others need no message and no system call.
 */
int dmabroker_map(struct dmabroker_attachment *attachment, dmabroker_access access, uint64_t timeout_ns,
                  struct dmabroker_mapping *mapping, struct dmabroker_error *error);

/*
 * Ends a use; if a fence is given, a sync file, once that has signalled. -1 is none, and does not wait for the service. The
 * fence stays the caller's. If the service refuses the fence, the use goes on.
 */
int dmabroker_unmap(struct dmabroker_mapping *mapping, int fence, struct dmabroker_error *error);

/* ---- What others share, and streams ---- */

/* Opens the buffer or the stream that a token stands for, which its owner has passed on. */
int dmabroker_open(dmabroker *connection, const uint8_t token[16], dmabroker_id *what, struct dmabroker_error *error);

/* Opens a stream that another process has published under a name, or publishes in time; 0 does not wait for that. */
int dmabroker_open_published(dmabroker *connection, const char *name, uint64_t timeout_ns, dmabroker_id *stream,
                             struct dmabroker_error *error);

struct dmabroker_consumer {
  dmabroker *connection;
  uint64_t identity;
  Dmabroker__Remote__Policy policy;
  uint32_t credit;
};

/* Has a device take the frames of a stream: each one, or always the latest. */
int dmabroker_consume(dmabroker *connection, dmabroker_id stream, dmabroker_id device, Dmabroker__Remote__Policy policy,
                      struct dmabroker_consumer *consumer, struct dmabroker_error *error);
int dmabroker_close_consumer(struct dmabroker_consumer *consumer, struct dmabroker_error *error);

/* A buffer with contents, which its consumer has until it releases it. */
struct dmabroker_frame {
  struct dmabroker_memory *memory;
  struct dmabroker_consumer *consumer;
  uint64_t identity, sequence; /* The latter counts the stream's frames from 0. */
  uint32_t index;              /* Of the buffer, among those of the stream. */
};

/*
 * Takes the next frame; a timeout of 0 waits for ever. Fails with the kind "WaitTimeoutException" if none comes in time,
 * "StreamStoppedException" if the producer has stopped and may start again, and another if no frame will ever come.
 */
int dmabroker_take(struct dmabroker_consumer *consumer, uint64_t timeout_ns, struct dmabroker_frame *frame,
                   struct dmabroker_error *error);

/* Gives a frame back, as dmabroker_unmap() ends a mapping. */
int dmabroker_release(struct dmabroker_frame *frame, int fence, struct dmabroker_error *error);

PROTOBUF_C__END_DECLS
#endif
