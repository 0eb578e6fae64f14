/* See dmabroker.h. The names of messages and of their fields are those of docs/remote.proto. */
#define _GNU_SOURCE
#include "dmabroker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
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

enum { PACKET_BYTES = 65536, DESCRIPTORS = 8, AHEAD = 2, HOLDS = 32, THE_THREAD = 1, MOST_CONSTRAINTS = 32 };
static const uint64_t PATIENCE = UINT64_C(30000000000), FOR_EVER = UINT64_MAX, OF_CONSUMER = UINT64_C(1) << 63;

/* The parts of a word of the page: two flags, a tag, and the count of uses. */
static const uint64_t OPEN = 1, RING = 2, ONE = UINT64_C(1) << 32;
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "words are shared with another process, so they take no locks");

/* What came of a stream and was not taken yet. */
struct event {
  struct event *next;
  answer *message;
  memory *memory;
};

struct dmabroker {
  int socket, doorbell;
  uint64_t last; /* Number of a request. */
  char name[128], ended[256]; /* The latter says why; it is empty while the connection lives. */
  memory *memories; /* All that the service may speak of without a descriptor. */
  struct event *events; /* The youngest first. */
  uint64_t page_bytes, word_bytes;
  uint8_t *page /* Of words; NULL if there is none. */, packet[PACKET_BYTES];
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

#define BODY(KIND) DMABROKER__REMOTE__TO_CLIENT__BODY_##KIND

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
    if (errno == EPIPE) return 0; /* The service has ended. What it said last is still to be received. */
    if (errno != EINTR && errno != ECONNRESET) return end(c, error, "the service is lost: ", strerror(errno));
  }
  return 0;
}

static int done(answer *it) {
  return it ? dmabroker__remote__to_client__free_unpacked(it, NULL), 0 : -1;
}

static memory *find(const dmabroker *c, uint64_t number) {
  memory *each = c->memories;
  while (each && each->about->memory != number) each = each->next;
  return each;
}

/* Maps the page in which uses are counted. Without one they are told by messages. */
static void map_page(dmabroker *c, const Dmabroker__Remote__Welcome *welcome, int descriptor) {
  c->page = mmap(NULL, welcome->page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (c->page == MAP_FAILED) c->page = NULL;
  else madvise(c->page, welcome->page_bytes, MADV_DONTFORK);
  c->page_bytes = welcome->page_bytes, c->word_bytes = welcome->word_bytes;
}

/* The memory of a message, whose descriptors are all taken or closed; NULL if it has none. What is said of it is kept. */
static memory *adopt(dmabroker *c, answer *message, const int *descriptors, int count) {
  Dmabroker__Remote__Memory **about = NULL;
  if (message->body_case == BODY(MAPPED)) about = &message->mapped->memory;
  if (message->body_case == BODY(FRAME_READY)) about = &message->frame_ready->memory;
  memory *found = about && *about ? find(c, (*about)->memory) : NULL;
  bool is_welcome = message->body_case == BODY(WELCOME);
  for (uint32_t i = 0; i < (uint32_t)count; i++) {
    if (is_welcome && i == message->welcome->page_descriptor) map_page(c, message->welcome, descriptors[i]);
    if (is_welcome && i == message->welcome->doorbell_descriptor) c->doorbell = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 0);
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
    if (poll(&ready, 1, deadline == FOR_EVER ? -1 : left > 1000000 ? 1000000 : (int)left) == 0 && now() >= deadline)
      return fail(error, "WaitTimeoutException", "nothing came in time"), NULL;
    length = recvmsg(c->socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN && errno != ECONNRESET))
      return end(c, error, "the service has ended", ""), NULL;
  }
  int descriptors[DESCRIPTORS], count = 0;
  struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
  if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
    count = (int)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(descriptors, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
  }
  answer *it = dmabroker__remote__to_client__unpack(NULL, (size_t)length, c->packet);
  if (count > 0 || header.msg_flags & MSG_CTRUNC) {
    REQUEST(Acknowledged, ACKNOWLEDGED, acknowledged);
    body.packets = 1;
    tell(c, &message, -1, NULL);
  }
  if (!it) return end(c, error, "the service sent what is no message", ""), NULL;
  *its = adopt(c, it, descriptors, count);
  if (it->body_case != BODY(LETTING_GO)) return it;
  end(c, error, "the service let this client go: ", it->letting_go->reason);
  return done(it), NULL;
}

/* ---- Requests and answers ---- */

/* Keeps what came of streams while another answer was waited for. The memory of a frame counts as used. */
static void settle(dmabroker *c, answer *message, memory *its) {
  bool is_wanted = message->body_case == BODY(FRAME_READY) || message->body_case == BODY(STREAM_ENDED);
  struct event *event = is_wanted ? malloc(sizeof *event) : NULL;
  if (event) {
    if (its) its->uses++;
    *event = (struct event){c->events, message, its};
    c->events = event;
  } else {
    done(message);
  }
}

/* Asks, and waits for the answer, which the caller frees. An answer longer than a packet, in parts, is not read. */
static answer *ask(dmabroker *c, Dmabroker__Remote__ToService *message, int fence, uint64_t timeout, unsigned expected,
                   memory **its, struct dmabroker_error *error) {
  uint64_t deadline = after(timeout > FOR_EVER - PATIENCE ? FOR_EVER : timeout + PATIENCE);
  memory *none;
  if (!its) its = &none;
  message->number = ++c->last;
  answer *it = tell(c, message, fence, error) ? NULL : receive(c, deadline, its, error);
  for (; it && it->number != message->number; it = receive(c, deadline, its, error)) settle(c, it, *its);
  if (!it && !c->ended[0] && now() >= deadline) end(c, error, "the service has not answered in time", "");
  if (!it || it->body_case == expected) return it;
  if (it->body_case == BODY(FAILURE)) fail_as(error, it->failure);
  else fail(error, "IllegalStateException", "the service gave an answer that this client does not read");
  return done(it), NULL;
}

#define ASK(c, timeout, KIND, its, error) \
  ask((c), &message, -1, (timeout), BODY(KIND), (its), (error))

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

/* Ends a use of memory by a request. A fence that is refused ends nothing. */
static int finish(dmabroker *c, Dmabroker__Remote__ToService *message, int fence, memory *its, struct dmabroker_error *error) {
  int result = fence < 0 ? tell(c, message, -1, error) : done(ask(c, message, fence, 0, BODY(DONE), NULL, error));
  if (its && (!result || c->ended[0])) end_use(c, its);
  return result;
}

/* Lets the memory of a place go, of one buffer or all, but for the memory that lies there now. */
static void leave(dmabroker *c, uint64_t owner, int64_t index, const memory *but) {
  for (memory *each = c->memories, *next; each; each = next) {
    next = each->next;
    if (each == but || each->is_left || each->owner != owner || (index >= 0 && each->index != index)) continue;
    each->is_left = true;
    each->uses++;
    end_use(c, each);
    next = c->memories; /* The list may have changed. */
  }
}

/* Uses memory for what lies in a place. If it came without its descriptor, the next try has one. */
static int use(dmabroker *c, memory *it, uint64_t number, uint64_t owner, uint32_t index, struct dmabroker_error *error) {
  if (!it) forget(c, number);
  if (!it) return fail(error, "DescriptorException", "memory came without a descriptor; is the limit of open files reached?");
  *it = (memory){it->descriptor, it->about, it->address, it->next, owner, index, it->uses + 1, false};
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
  if (!it->address) it->address = mmap(NULL, it->about->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, it->descriptor, 0);
  if (it->address == MAP_FAILED) {
    it->address = NULL;
    return fail(error, "CpuAccessException", "memory in %s is not mapped: %s", it->about->heap, strerror(errno)), NULL;
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
  c->doorbell = -1;
  c->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&address, sizeof address)) {
    fail(error, "SocketFailure", "cannot connect to %s: %s", address.sun_path, strerror(errno));
    return dmabroker_disconnect(c), NULL;
  }
  REQUEST(Hello, HELLO, hello);
  body.lowest_version = body.highest_version = 1;
  body.name = (char *)name;
  body.page = true;
  answer *it = ASK(c, 0, WELCOME, NULL, error);
  if (!it) return dmabroker_disconnect(c), NULL;
  snprintf(c->name, sizeof c->name, "%s", it->welcome->name);
  return done(it), c;
}

void dmabroker_disconnect(dmabroker *c) {
  if (!c) return;
  while (c->memories) drop(c, c->memories);
  for (struct event *each; (each = c->events); free(each)) {
    c->events = each->next;
    done(each->message);
  }
  REQUEST(Goodbye, GOODBYE, goodbye);
  tell(c, &message, -1, NULL); /* Nothing here can write to its memory any more. */
  if (c->page) munmap(c->page, c->page_bytes);
  if (c->doorbell >= 0) close(c->doorbell);
  if (c->socket >= 0) close(c->socket);
  free(c);
}

const char *dmabroker_name(const dmabroker *c) { return c->name; }
int dmabroker_descriptor(const dmabroker *c) { return c->socket; }

/* ---- Devices and buffers ---- */

int dmabroker_register(dmabroker *c, const char *name, dmabroker_access access, dmabroker_constraint *constraints,
                       size_t count, dmabroker_id *device, struct dmabroker_error *error) {
  Dmabroker__Remote__Constraints asks = DMABROKER__REMOTE__CONSTRAINTS__INIT, *alternative = &asks;
  dmabroker_constraint *each[MOST_CONSTRAINTS];
  if (count > MOST_CONSTRAINTS)
    return fail(error, "IllegalArgumentException", "a device asks at most %d things here", MOST_CONSTRAINTS);
  for (size_t i = 0; i < count; i++) each[i] = &constraints[i];
  asks.fields = each;
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
  if (it) *attachment = (struct dmabroker_attachment){.connection = c, .buffer = buffer, .identity = it->attached->attachment};
  return done(it);
}

/* ---- Mappings, whose uses are counted in words or told by messages ---- */

static _Atomic uint64_t *word_of(const dmabroker *c, uint32_t number) {
  return (_Atomic uint64_t *)(void *)(c->page + number * c->word_bytes);
}

/* Ends a use, and tells the service if it may be waiting for that. */
static void end_in_word(dmabroker *c, uint32_t number) {
  uint64_t seen = atomic_fetch_sub(word_of(c, number), ONE), once = 1;
  if ((seen & (OPEN | RING)) != OPEN && write(c->doorbell, &once, sizeof once) < 0) return; /* The service has ended. */
}

/* Begins a use in a word, unless it is shut or has another tag: then the use is taken back as if it had begun. */
static bool begin_in_word(dmabroker *c, const struct dmabroker_word *word) {
  _Atomic uint64_t *at = word_of(c, word->number);
  uint64_t seen = atomic_fetch_add(at, ONE);
  if ((seen & (ONE - 1) & ~RING) != ((uint64_t)word->tag << 2 | OPEN)) return end_in_word(c, word->number), false;
  if (atomic_fetch_add_explicit(at + 1, 1, memory_order_relaxed) % 16 == 0) /* These are hints. */
    atomic_store_explicit(at + 2, now(), memory_order_relaxed);
  return true;
}

/* Forgets a word. The memory is kept while it is the buffer's latest. */
static void leave_word(dmabroker *c, struct dmabroker_word *word) {
  memory *its = word->memory;
  word->memory = NULL;
  if (its) end_use(c, its);
}

int dmabroker_detach(struct dmabroker_attachment *attachment, struct dmabroker_error *error) {
  for (int i = 0; i < DMABROKER_ACCESSES; i++) leave_word(attachment->connection, &attachment->words[i]);
  REQUEST(Detach, DETACH, detach);
  body.attachment = attachment->identity;
  return done(ASK(attachment->connection, 0, DONE, NULL, error));
}

int dmabroker_map(struct dmabroker_attachment *attachment, dmabroker_access access, uint64_t timeout_ns,
                  struct dmabroker_mapping *mapping, struct dmabroker_error *error) {
  dmabroker *c = attachment->connection;
  struct dmabroker_word *word = &attachment->words[(unsigned)access % DMABROKER_ACCESSES];
  uint32_t holds[HOLDS];
  memory *its = NULL;
  if (word->memory && begin_in_word(c, word)) {
    *mapping = (struct dmabroker_mapping){word->memory, attachment, 0, word->number, word->tag};
    word->memory->uses++;
    return 0;
  }
  leave_word(c, word);
  REQUEST(Map, MAP, map);
  body.attachment = attachment->identity;
  body.access = access;
  body.now_or_never = timeout_ns == DMABROKER_NOW;
  body.timeout_nanos = body.now_or_never ? 0 : timeout_ns;
  body.word = c->page != NULL;
  Dmabroker__Remote__Asker asker = DMABROKER__REMOTE__ASKER__INIT;
  body.asker = &asker;
  asker.thread = THE_THREAD;
  asker.holds = holds;
  for (uint32_t i = 0; i < c->page_bytes / c->word_bytes && asker.n_holds < HOLDS; i++)
    if (atomic_load(word_of(c, i)) >= ONE) holds[asker.n_holds++] = i;
  answer *it = ASK(c, timeout_ns, MAPPED, &its, error);
  if (!it) return -1;
  const Dmabroker__Remote__Mapped *grant = it->mapped;
  bool in_word = grant->has_word && grant->word < c->page_bytes / c->word_bytes;
  *mapping = (struct dmabroker_mapping){its, attachment, grant->mapping, grant->word, in_word ? grant->tag : 0};
  int result = use(c, its, its || !grant->memory ? 0 : grant->memory->memory, attachment->buffer, 0, error);
  done(it);
  if (result) return dmabroker_unmap(mapping, -1, NULL), -1;
  if (in_word) {
    *word = (struct dmabroker_word){its, mapping->word, mapping->tag};
    its->uses++;
  }
  return 0;
}

int dmabroker_unmap(struct dmabroker_mapping *mapping, int fence, struct dmabroker_error *error) {
  dmabroker *c = mapping->attachment->connection;
  Dmabroker__Remote__Unmap__Counted counted = DMABROKER__REMOTE__UNMAP__COUNTED__INIT;
  REQUEST(Unmap, UNMAP, unmap);
  counted.attachment = mapping->attachment->identity;
  counted.word = mapping->word;
  counted.tag = mapping->tag;
  body.has_fence = fence >= 0;
  body.what_case = mapping->tag ? DMABROKER__REMOTE__UNMAP__WHAT_COUNTED : DMABROKER__REMOTE__UNMAP__WHAT_MAPPING;
  if (mapping->tag) body.counted = &counted;
  else body.mapping = mapping->identity;
  if (!mapping->tag || fence >= 0) return finish(c, &message, fence, mapping->memory, error);
  end_in_word(c, mapping->word);
  return end_use(c, mapping->memory), 0;
}

/* ---- What others share, and streams ---- */

static int opened(answer *it, dmabroker_id *what) {
  if (it && it->opened->what_case == DMABROKER__REMOTE__OPENED__WHAT_BUFFER) *what = it->opened->buffer->buffer;
  if (it && it->opened->what_case == DMABROKER__REMOTE__OPENED__WHAT_STREAM) *what = it->opened->stream->stream;
  return done(it);
}

int dmabroker_open(dmabroker *c, const uint8_t token[16], dmabroker_id *what, struct dmabroker_error *error) {
  REQUEST(Open, OPEN, open);
  body.token = (ProtobufCBinaryData){16, (uint8_t *)token};
  return opened(ASK(c, 0, OPENED, NULL, error), what);
}

int dmabroker_open_published(dmabroker *c, const char *name, uint64_t timeout_ns, dmabroker_id *stream,
                             struct dmabroker_error *error) {
  REQUEST(OpenPublished, OPEN_PUBLISHED, open_published);
  body.name = (char *)name;
  body.timeout_nanos = timeout_ns;
  return opened(ASK(c, timeout_ns, OPENED, NULL, error), stream);
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
    bool is_frame = it->body_case == BODY(FRAME_READY);
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

int dmabroker_take(struct dmabroker_consumer *consumer, uint64_t timeout_ns, struct dmabroker_frame *frame,
                   struct dmabroker_error *error) {
  dmabroker *c = consumer->connection;
  uint64_t deadline = timeout_ns ? after(timeout_ns) : FOR_EVER;
  uint32_t wanted = consumer->policy == DMABROKER__REMOTE__POLICY__LATEST ? 1 : AHEAD;
  struct event *event;
  if (consumer->credit < wanted) { /* So that one is under way while another is used, but of LATEST only what is taken. */
    REQUEST(Credit, CREDIT, credit);
    body.consumer = consumer->identity;
    body.frames = wanted - consumer->credit;
    consumer->credit = wanted;
    if (tell(c, &message, -1, error)) return -1;
  }
  while (!(event = next_event(c, consumer->identity))) {
    memory *its = NULL;
    answer *it = receive(c, deadline, &its, error);
    if (!it) return -1;
    settle(c, it, its);
  }
  memory *its = event->memory;
  int result = -1;
  if (event->message->body_case == BODY(STREAM_ENDED)) {
    consumer->credit = 0;
    fail_as(error, event->message->stream_ended->why);
  } else {
    const Dmabroker__Remote__FrameReady *it = event->message->frame_ready;
    uint64_t number = its || !it->memory ? 0 : it->memory->memory;
    consumer->credit--;
    *frame = (struct dmabroker_frame){its, consumer, it->frame, it->sequence, it->index};
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
  return finish(frame->consumer->connection, &message, fence, frame->memory, error);
}
