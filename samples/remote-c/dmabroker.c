/* See dmabroker.h. The names of messages and of their fields are those of docs/remote.proto. */
#define _GNU_SOURCE
#include "dmabroker.h"

#include <errno.h>
#include <limits.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

typedef Dmabroker__Remote__ToClient answer;
typedef struct dmabroker_memory memory;

enum { PACKET_BYTES = 65536, DESCRIPTORS = 8, AHEAD = 2 };
static const uint64_t PATIENCE = UINT64_C(30000000000), FOR_EVER = UINT64_MAX, OF_CONSUMER = UINT64_C(1) << 63;

/* What came of a stream and was not taken yet. */
struct event {
  struct event *next;
  answer *message;
  memory *memory;
};

struct dmabroker {
  int socket;
  uint64_t last; /* Number of a request. */
  char name[128], ended[256]; /* The latter says why; it is empty while the connection lives. */
  memory *memories; /* All that the service may speak of without a descriptor. */
  struct event *events; /* The youngest first. */
  uint8_t packet[PACKET_BYTES];
};

/* ---- Errors and time ---- */

__attribute__((format(printf, 3, 4))) static int fail(struct dmabroker_error *error, const char *kind,
                                                      const char *format, ...) {
  if (!error) return -1;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  snprintf(error->kind, sizeof error->kind, "%s", kind);
  error->is_transient = !strcmp(kind, "DescriptorException") || !strcmp(kind, "WaitTimeoutException");
  return -1;
}

static int fail_as(struct dmabroker_error *error, const Dmabroker__Remote__Failure *why) {
  fail(error, why->kind, "%s", why->text);
  if (error) error->is_transient = why->transient;
  return -1;
}

/* Fails as the connection has ended; `why` is kept if that is new. */
static int end(dmabroker *c, struct dmabroker_error *error, const char *why, const char *more) {
  if (!c->ended[0]) snprintf(c->ended, sizeof c->ended, "%s%s", why, more);
  shutdown(c->socket, SHUT_RDWR);
  return fail(error, "ClosedException", "%s; connect again", c->ended);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t after(uint64_t nanos) { return nanos > FOR_EVER - now() ? FOR_EVER : now() + nanos; }

/* ---- Packets ---- */

/* Declares a request, `message`, and its body. */
#define REQUEST(Type, TYPE, field)                                               \
  Dmabroker__Remote__##Type body = DMABROKER__REMOTE__##TYPE##__INIT;            \
  Dmabroker__Remote__ToService message = DMABROKER__REMOTE__TO_SERVICE__INIT;    \
  message.body_case = DMABROKER__REMOTE__TO_SERVICE__BODY_##TYPE;                \
  message.field = &body

static int tell(dmabroker *c, Dmabroker__Remote__ToService *message, int fence, struct dmabroker_error *error) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fence)] = {0};
  if (c->ended[0]) return end(c, error, "", "");
  if (dmabroker__remote__to_service__get_packed_size(message) > sizeof c->packet)
    return fail(error, "IllegalArgumentException", "a request has at most %d bytes", PACKET_BYTES);
  struct iovec part = {c->packet, dmabroker__remote__to_service__pack(message, c->packet)};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
  if (fence >= 0) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    *CMSG_FIRSTHDR(&header) = (struct cmsghdr){CMSG_LEN(sizeof fence), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&header)), &fence, sizeof fence);
  }
  while (sendmsg(c->socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno == EBADF && fence >= 0) return fail(error, "IllegalArgumentException", "%d is no descriptor", fence);
    if (errno != EINTR) return end(c, error, "the service has ended: ", strerror(errno));
  }
  return 0;
}

static memory *find(const dmabroker *c, uint64_t number) {
  memory *each = c->memories;
  while (each && each->about->memory != number) each = each->next;
  return each;
}

/*
 * The memory of a message, of which all descriptors are taken; NULL if there is none. What is said of memory that is new
 * passes to it. Descriptors of messages that are newer than this file are closed.
 */
static memory *adopt(dmabroker *c, answer *message, const int *descriptors, size_t count) {
  Dmabroker__Remote__Memory **about = NULL;
  if (message->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_MAPPED) about = &message->mapped->memory;
  if (message->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_FRAME_READY) about = &message->frame_ready->memory;
  memory *found = about && *about ? find(c, (*about)->memory) : NULL;
  for (size_t i = 0; i < count; i++) {
    bool wanted = !found && about && *about && (*about)->has_descriptor && (*about)->descriptor == i;
    off_t size = wanted ? lseek(descriptors[i], 0, SEEK_END) : -1;
    if (size >= 0 && (uint64_t)size >= (*about)->size_bytes && (found = calloc(1, sizeof *found))) {
      *found = (memory){.descriptor = descriptors[i], .about = *about, .next = c->memories};
      c->memories = found;
      *about = NULL;
    } else {
      close(descriptors[i]);
    }
  }
  return found;
}

/* Receives a message, with its memory. The caller frees the message. */
static answer *receive(dmabroker *c, uint64_t deadline, memory **its, struct dmabroker_error *error) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
  struct iovec part = {c->packet, sizeof c->packet};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct pollfd ready = {.fd = c->socket, .events = POLLIN};
  ssize_t length = -1;
  while (length < 0) {
    uint64_t left = deadline > now() ? (deadline - now() + 999999) / 1000000 : 0;
    if (c->ended[0]) return end(c, error, "", ""), NULL;
    if (poll(&ready, 1, deadline == FOR_EVER ? -1 : left > INT_MAX ? INT_MAX : (int)left) == 0 && now() >= deadline)
      return fail(error, "WaitTimeoutException", "nothing came in time"), NULL;
    length = recvmsg(c->socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN))
      return end(c, error, "the service has ended", ""), NULL;
  }
  int descriptors[DESCRIPTORS];
  size_t count = 0;
  struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
  if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
    count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(rights), count * sizeof(int));
  }
  answer *it = dmabroker__remote__to_client__unpack(NULL, (size_t)length, c->packet);
  if (count > 0 || header.msg_flags & MSG_CTRUNC) {
    REQUEST(Acknowledged, ACKNOWLEDGED, acknowledged);
    body.packets = 1;
    tell(c, &message, -1, NULL);
  }
  if (!it) return end(c, error, "the service sent what is no message", ""), NULL;
  *its = adopt(c, it, descriptors, count);
  if (it->body_case != DMABROKER__REMOTE__TO_CLIENT__BODY_LETTING_GO) return it;
  end(c, error, "the service let this client go: ", it->letting_go->reason);
  dmabroker__remote__to_client__free_unpacked(it, NULL);
  return NULL;
}

/* ---- Requests and answers ---- */

/* Keeps what came of streams while another answer was waited for. The memory of a frame counts as used. */
static void settle(dmabroker *c, answer *message, memory *its) {
  struct event *event = NULL;
  if (message->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_FRAME_READY ||
      message->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_STREAM_ENDED)
    event = malloc(sizeof *event);
  if (!event) {
    dmabroker__remote__to_client__free_unpacked(message, NULL);
    return;
  }
  if (its) its->uses++;
  *event = (struct event){c->events, message, its};
  c->events = event;
}

/* Asks, and waits for the answer, which the caller frees. An answer longer than a packet, in parts, is not read. */
static answer *ask(dmabroker *c, Dmabroker__Remote__ToService *message, int fence, uint64_t timeout, unsigned expected,
                   memory **its, struct dmabroker_error *error) {
  uint64_t deadline = after(timeout > FOR_EVER - PATIENCE ? FOR_EVER : timeout + PATIENCE);
  answer *it = NULL;
  memory *none;
  message->number = ++c->last;
  if (tell(c, message, fence, error)) return NULL;
  while (!it) {
    it = receive(c, deadline, its ? its : &none, error);
    if (!it && !c->ended[0]) end(c, error, "the service has not answered in time", "");
    if (!it) return NULL;
    if (it->number == message->number && it->body_case == expected) return it;
    if (it->number != message->number) settle(c, it, its ? *its : none);
    else if (it->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_PART && !it->part->last)
      dmabroker__remote__to_client__free_unpacked(it, NULL);
    else break;
    it = NULL;
  }
  if (it->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_FAILURE) fail_as(error, it->failure);
  else fail(error, "IllegalStateException", "the service gave an answer that this client does not read");
  dmabroker__remote__to_client__free_unpacked(it, NULL);
  return NULL;
}

#define ASK(c, timeout, KIND, its, error) \
  ask((c), &message, -1, (timeout), DMABROKER__REMOTE__TO_CLIENT__BODY_##KIND, (its), (error))

static int done(answer *it) {
  if (it) dmabroker__remote__to_client__free_unpacked(it, NULL);
  return it ? 0 : -1;
}

/* ---- Memory ---- */

static void drop(dmabroker *c, memory *it) {
  memory **at = &c->memories;
  while (*at != it) at = &(*at)->next;
  *at = it->next;
  if (it->address) munmap(it->address, it->about->size_bytes);
  close(it->descriptor);
  dmabroker__remote__memory__free_unpacked((Dmabroker__Remote__Memory *)it->about, NULL);
  free(it);
}

/* Has the service send a descriptor with the next word of this memory. What it had sent before may have none. */
static void forget(dmabroker *c, uint64_t number) {
  REQUEST(Forget, FORGET, forget);
  body.memory = number;
  done(ASK(c, 0, DONE, NULL, NULL));
}

static void end_use(dmabroker *c, memory *it) {
  if (--it->uses || !it->is_left) return;
  forget(c, it->about->memory);
  if (!it->uses) drop(c, it); /* If not, it is used by a frame that came meanwhile. */
}

/* Lets the memory of a place go, of one buffer or all, but for the memory that lies there now. */
static void leave(dmabroker *c, uint64_t owner, int64_t index, const memory *but) {
  for (memory *each = c->memories; each;) {
    if (each == but || each->is_left || each->owner != owner || (index >= 0 && each->index != index)) {
      each = each->next;
      continue;
    }
    each->is_left = true;
    each->uses++;
    end_use(c, each);
    each = c->memories; /* The list may have changed. */
  }
}

/* Uses memory for what lies in a place. If it came without its descriptor, the next try has one. */
static int use(dmabroker *c, memory *it, uint64_t number, uint64_t owner, uint32_t index, struct dmabroker_error *error) {
  if (!it) {
    forget(c, number);
    return fail(error, "DescriptorException", "memory came without a descriptor; is the limit of open files reached?");
  }
  it->uses++;
  it->is_left = false;
  it->owner = owner;
  it->index = index;
  leave(c, owner, index, it);
  return 0;
}

static int sync_cpu(const memory *it, dmabroker_access access, uint64_t edge, struct dmabroker_error *error) {
  bool reads = access == DMABROKER__REMOTE__ACCESS__READ || access == DMABROKER__REMOTE__ACCESS__READ_WRITE;
  struct dma_buf_sync sync = {edge | (reads ? DMA_BUF_SYNC_READ : 0)};
  if (access != DMABROKER__REMOTE__ACCESS__READ) sync.flags |= DMA_BUF_SYNC_WRITE;
  while (ioctl(it->descriptor, DMA_BUF_IOCTL_SYNC, &sync)) {
    if (errno == ENOTTY) return 0; /* It is no dma-buf, and needs no care. */
    if (errno != EINTR && errno != EAGAIN)
      return fail(error, "CpuAccessException", "the CPU's use of memory in %s: %s", it->about->heap, strerror(errno));
  }
  return 0;
}

void *dmabroker_begin_cpu(struct dmabroker_memory *it, dmabroker_access access, struct dmabroker_error *error) {
  if (!it->address) {
    void *address = mmap(NULL, it->about->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, it->descriptor, 0);
    if (address == MAP_FAILED)
      return fail(error, "CpuAccessException", "memory in %s is not mapped: %s", it->about->heap, strerror(errno)), NULL;
    it->address = address;
  }
  return sync_cpu(it, access, DMA_BUF_SYNC_START, error) ? NULL : it->address;
}

int dmabroker_end_cpu(struct dmabroker_memory *it, dmabroker_access access, struct dmabroker_error *error) {
  return sync_cpu(it, access, DMA_BUF_SYNC_END, error);
}

/* ---- Connecting ---- */

dmabroker *dmabroker_connect(const char *path, const char *name, struct dmabroker_error *error) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *folder = getenv("XDG_RUNTIME_DIR");
  int length = path ? snprintf(address.sun_path, sizeof address.sun_path, "%s", path)
                    : snprintf(address.sun_path, sizeof address.sun_path, "%s/dmabroker-0", folder ? folder : "/run");
  if (length <= 0 || (size_t)length >= sizeof address.sun_path)
    return fail(error, "SocketFailure", "a socket's path has 1 to %zu bytes", sizeof address.sun_path - 1), NULL;
  dmabroker *c = calloc(1, sizeof *c);
  if (!c) return fail(error, "OutOfMemoryError", "no memory for a connection"), NULL;
  c->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&address, sizeof address)) {
    fail(error, "SocketFailure", "cannot connect to %s: %s", address.sun_path, strerror(errno));
    return dmabroker_disconnect(c), NULL;
  }
  REQUEST(Hello, HELLO, hello);
  body.lowest_version = body.highest_version = 1;
  body.name = (char *)name;
  answer *it = ASK(c, 0, WELCOME, NULL, error);
  if (!it) return dmabroker_disconnect(c), NULL;
  snprintf(c->name, sizeof c->name, "%s", it->welcome->name);
  done(it);
  return c;
}

void dmabroker_disconnect(dmabroker *c) {
  if (!c) return;
  while (c->memories) drop(c, c->memories);
  for (struct event *each = c->events, *next; each; each = next) {
    next = each->next;
    dmabroker__remote__to_client__free_unpacked(each->message, NULL);
    free(each);
  }
  if (c->socket >= 0) close(c->socket);
  free(c);
}

const char *dmabroker_name(const dmabroker *c) { return c->name; }

int dmabroker_descriptor(const dmabroker *c) { return c->socket; }

/* ---- Devices and buffers ---- */

int dmabroker_register(dmabroker *c, const char *name, dmabroker_access access,
                       const struct dmabroker_constraint *constraints, size_t count, dmabroker_id *device,
                       struct dmabroker_error *error) {
  Dmabroker__Remote__Constraints__Field fields[32], *pointers[32];
  Dmabroker__Remote__Constraints__Names names[32];
  Dmabroker__Remote__Constraints asks = DMABROKER__REMOTE__CONSTRAINTS__INIT, *alternative = &asks;
  if (count > 32) return fail(error, "IllegalArgumentException", "a device asks at most 32 things here");
  for (size_t i = 0; i < count; i++) {
    dmabroker__remote__constraints__field__init(&fields[i]);
    dmabroker__remote__constraints__names__init(&names[i]);
    pointers[i] = &fields[i];
    fields[i].name = (char *)constraints[i].field;
    fields[i].value_case = (Dmabroker__Remote__Constraints__Field__ValueCase)(2 + constraints[i].form);
    if (constraints[i].form == DMABROKER_IS_FLAG) fields[i].flag = constraints[i].number != 0;
    if (constraints[i].form == DMABROKER_IS_NUMBER) fields[i].number = constraints[i].number;
    if (constraints[i].form != DMABROKER_IS_NAMES) continue;
    fields[i].names = &names[i];
    names[i].names = (char **)constraints[i].names;
    while (constraints[i].names[names[i].n_names]) names[i].n_names++;
  }
  asks.fields = pointers;
  asks.n_fields = count;
  REQUEST(RegisterDevice, REGISTER_DEVICE, register_device);
  body.name = (char *)name;
  body.access = access;
  body.alternatives = &alternative;
  body.n_alternatives = 1;
  answer *it = ASK(c, 0, DEVICE_REGISTERED, NULL, error);
  if (it) *device = it->device_registered->device;
  return done(it);
}

int dmabroker_close_device(dmabroker *c, dmabroker_id device, struct dmabroker_error *error) {
  REQUEST(CloseDevice, CLOSE_DEVICE, close_device);
  body.device = device;
  return done(ASK(c, 0, DONE, NULL, error));
}

int dmabroker_export(dmabroker *c, const char *name, uint64_t size_bytes, dmabroker_id *buffer,
                     struct dmabroker_error *error) {
  Dmabroker__Remote__BufferSpec spec = DMABROKER__REMOTE__BUFFER_SPEC__INIT;
  Dmabroker__Remote__Blob blob = DMABROKER__REMOTE__BLOB__INIT;
  REQUEST(Export, EXPORT, export);
  blob.size_bytes = size_bytes;
  spec.kind_case = DMABROKER__REMOTE__BUFFER_SPEC__KIND_BLOB;
  spec.blob = &blob;
  body.name = (char *)name;
  body.spec = &spec;
  body.count = 1;
  answer *it = ASK(c, 0, EXPORTED, NULL, error);
  if (it) *buffer = it->exported->n_buffers ? it->exported->buffers[0]->buffer : 0;
  return done(it);
}

int dmabroker_close_buffer(dmabroker *c, dmabroker_id buffer, struct dmabroker_error *error) {
  REQUEST(CloseBuffer, CLOSE_BUFFER, close_buffer);
  body.buffer = buffer;
  leave(c, buffer, -1, NULL);
  return done(ASK(c, 0, DONE, NULL, error));
}

int dmabroker_attach(dmabroker *c, dmabroker_id buffer, dmabroker_id device, struct dmabroker_attachment *attachment,
                     struct dmabroker_error *error) {
  REQUEST(Attach, ATTACH, attach);
  body.buffer = buffer;
  body.device = device;
  answer *it = ASK(c, 0, ATTACHED, NULL, error);
  if (it) *attachment = (struct dmabroker_attachment){c, buffer, it->attached->attachment};
  return done(it);
}

int dmabroker_detach(struct dmabroker_attachment *attachment, struct dmabroker_error *error) {
  REQUEST(Detach, DETACH, detach);
  body.attachment = attachment->identity;
  return done(ASK(attachment->connection, 0, DONE, NULL, error));
}

int dmabroker_map(struct dmabroker_attachment *attachment, dmabroker_access access, uint64_t timeout_ns,
                  struct dmabroker_mapping *mapping, struct dmabroker_error *error) {
  dmabroker *c = attachment->connection;
  memory *its = NULL;
  REQUEST(Map, MAP, map);
  body.attachment = attachment->identity;
  body.access = access;
  body.now_or_never = timeout_ns == DMABROKER_NOW;
  body.timeout_nanos = body.now_or_never ? 0 : timeout_ns;
  answer *it = ASK(c, timeout_ns, MAPPED, &its, error);
  if (!it) return -1;
  *mapping = (struct dmabroker_mapping){its, attachment, it->mapped->mapping};
  uint64_t number = its || !it->mapped->memory ? 0 : it->mapped->memory->memory;
  done(it);
  if (!use(c, its, number, attachment->buffer, 0, error)) return 0;
  mapping->memory = NULL;
  dmabroker_unmap(mapping, -1, NULL);
  return -1;
}

int dmabroker_unmap(struct dmabroker_mapping *mapping, int fence, struct dmabroker_error *error) {
  REQUEST(Unmap, UNMAP, unmap);
  body.what_case = DMABROKER__REMOTE__UNMAP__WHAT_MAPPING;
  body.mapping = mapping->identity;
  body.has_fence = fence >= 0;
  int result = tell(mapping->attachment->connection, &message, fence, error);
  if (mapping->memory) end_use(mapping->attachment->connection, mapping->memory);
  return result;
}

/* ---- Streams ---- */

int dmabroker_open_published(dmabroker *c, const char *name, dmabroker_id *stream, struct dmabroker_error *error) {
  REQUEST(OpenPublished, OPEN_PUBLISHED, open_published);
  body.name = (char *)name;
  answer *it = ASK(c, 0, OPENED, NULL, error);
  if (it) *stream = it->opened->what_case == DMABROKER__REMOTE__OPENED__WHAT_STREAM ? it->opened->stream->stream : 0;
  return done(it);
}

int dmabroker_consume(dmabroker *c, dmabroker_id stream, dmabroker_id device, Dmabroker__Remote__Policy policy,
                      struct dmabroker_consumer *consumer, struct dmabroker_error *error) {
  REQUEST(Consume, CONSUME, consume);
  body.stream = stream;
  body.device = device;
  body.policy = policy;
  answer *it = ASK(c, 0, CONSUMING, NULL, error);
  if (it) *consumer = (struct dmabroker_consumer){c, it->consuming->consumer, policy, 0};
  return done(it);
}

/* Takes the eldest event of a consumer out; the caller frees it. NULL if there is none. */
static struct event *next_event(dmabroker *c, uint64_t consumer) {
  struct event **found = NULL, *event = NULL;
  for (struct event **at = &c->events; *at; at = &(*at)->next) {
    const answer *it = (*at)->message;
    bool is_frame = it->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_FRAME_READY;
    if ((is_frame ? it->frame_ready->consumer : it->stream_ended->consumer) == consumer) found = at;
  }
  if (found) event = *found, *found = event->next;
  return event;
}

int dmabroker_close_consumer(struct dmabroker_consumer *consumer, struct dmabroker_error *error) {
  dmabroker *c = consumer->connection;
  REQUEST(CloseConsumer, CLOSE_CONSUMER, close_consumer);
  body.consumer = consumer->identity;
  int result = done(ASK(c, 0, DONE, NULL, error));
  for (struct event *each; (each = next_event(c, consumer->identity)); free(each)) {
    if (each->memory) end_use(c, each->memory);
    done(each->message);
  }
  leave(c, OF_CONSUMER | consumer->identity, -1, NULL);
  return result;
}

/* Asks for frames, so that one is under way while another is used; of LATEST only what is taken now. */
static int top_up(struct dmabroker_consumer *consumer, struct dmabroker_error *error) {
  uint32_t wanted = consumer->policy == DMABROKER__REMOTE__POLICY__LATEST ? 1 : AHEAD;
  if (consumer->credit >= wanted) return 0;
  REQUEST(Credit, CREDIT, credit);
  body.consumer = consumer->identity;
  body.frames = wanted - consumer->credit;
  consumer->credit = wanted;
  return tell(consumer->connection, &message, -1, error);
}

int dmabroker_take(struct dmabroker_consumer *consumer, uint64_t timeout_ns, struct dmabroker_frame *frame,
                   struct dmabroker_error *error) {
  dmabroker *c = consumer->connection;
  uint64_t deadline = timeout_ns ? after(timeout_ns) : FOR_EVER, number = 0;
  struct event *event;
  if (top_up(consumer, error)) return -1;
  while (!(event = next_event(c, consumer->identity))) {
    memory *its = NULL;
    answer *it = receive(c, deadline, &its, error);
    if (!it) return -1;
    settle(c, it, its);
  }
  memory *its = event->memory;
  int result = -1;
  if (event->message->body_case == DMABROKER__REMOTE__TO_CLIENT__BODY_STREAM_ENDED) {
    consumer->credit = 0;
    fail_as(error, event->message->stream_ended->why);
  } else {
    const Dmabroker__Remote__FrameReady *it = event->message->frame_ready;
    consumer->credit--;
    *frame = (struct dmabroker_frame){its, consumer, it->frame, it->sequence, it->index};
    if (!its && it->memory) number = it->memory->memory;
    result = use(c, its, number, OF_CONSUMER | consumer->identity, it->index, error);
    if (its) its->uses--; /* The queue's. */
    else dmabroker_release(frame, -1, NULL);
  }
  done(event->message);
  free(event);
  return result;
}

int dmabroker_release(struct dmabroker_frame *frame, int fence, struct dmabroker_error *error) {
  REQUEST(Release, RELEASE, release);
  body.consumer = frame->consumer->identity;
  body.frame = frame->identity;
  body.has_fence = fence >= 0;
  int result = tell(frame->consumer->connection, &message, fence, error);
  if (frame->memory) end_use(frame->consumer->connection, frame->memory);
  return result;
}
