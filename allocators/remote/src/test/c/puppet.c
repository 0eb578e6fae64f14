// A client that does what a test tells it on its standard input, however hostile.
//
// A command is u8 operation, u32 length, and so many bytes; numbers have the machine's order. Each command but K and T
// has one reply: s32 result (0 or a count, or an errno below zero), u32 length, and so many bytes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, MOST_FDS = 253, KEPT = 4096 };

static int sock = -1;
static int kept[KEPT];  // The descriptors that came, in their order.
static int count;
static uint8_t in[MOST_BYTES], out[MOST_BYTES];

static void all(int write_, void *bytes, size_t length) {
  for (uint8_t *at = bytes; length > 0;) {
    ssize_t done = write_ ? write(1, at, length) : read(0, at, length);
    if (done <= 0) _exit(0);  // The test is over.
    at += done;
    length -= (size_t)done;
  }
}

static void reply(int32_t result, const void *bytes, uint32_t length) {
  all(1, &result, sizeof result);
  all(1, &length, sizeof length);
  if (length > 0) all(1, (void *)bytes, length);
}

static int32_t or_errno(long result) { return result < 0 ? -errno : (int32_t)result; }

static int made(const char *name, int seals) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (ftruncate(fd, 4096) != 0) abort();
  if (seals != 0 && fcntl(fd, F_ADD_SEALS, seals) != 0) abort();
  return fd;
}

// A descriptor of the kind that the test asks for.
static int descriptor(uint8_t kind) {
  int ends[2];
  switch (kind) {
    case 'p': return pipe2(ends, O_CLOEXEC) == 0 ? ends[0] : -1;
    case 'r': return open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    case 'm': return made("open", 0);
    case 's': return made("sealed", F_SEAL_SHRINK);
    case 'e': return eventfd(0, EFD_CLOEXEC);
    case 'x': return dup(sock);
    case 'n': return open("/dev/null", O_RDWR | O_CLOEXEC);
    case 'f': return open("/", O_PATH | O_CLOEXEC);
    case 'l': return dup(kept[count - 1]);
    default: abort();
  }
}

static long send_packet(const uint8_t *what, uint32_t length, int flags) {
  uint8_t fds = what[0];
  struct iovec part = {(void *)(what + 1 + fds), length - 1 - fds};
  union { struct cmsghdr header; char bytes[CMSG_SPACE(MOST_FDS * sizeof(int))]; } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  int numbers[MOST_FDS];
  if (fds > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(fds * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds * sizeof(int));
    for (int at = 0; at < fds; at++) numbers[at] = descriptor(what[1 + at]);
    memcpy(CMSG_DATA(header), numbers, fds * sizeof(int));
  }
  long sent = sendmsg(sock, &message, flags | MSG_NOSIGNAL);
  int failed = errno;
  for (int at = 0; at < fds; at++) close(numbers[at]);
  errno = failed;
  return sent;
}

// The result is the length, 0 at the end, -EAGAIN if nothing came in time; out has u8 descriptors and the bytes.
static int32_t receive(int timeout, uint32_t *length) {
  struct pollfd ready = {sock, POLLIN, 0};
  *length = 0;
  if (poll(&ready, 1, timeout) == 0) return -EAGAIN;
  struct iovec part = {out + 1, sizeof out - 1};
  union { struct cmsghdr header; char bytes[CMSG_SPACE(MOST_FDS * sizeof(int))]; } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  // ECONNRESET tells once that the service has closed and left something unread; what it has sent before comes after it.
  do got = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == ECONNRESET);
  if (got <= 0) return or_errno(got);
  out[0] = 0;
  for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each != NULL; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    int fds = (int)((each->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    if (count + fds > KEPT) abort();
    memcpy(kept + count, CMSG_DATA(each), fds * sizeof(int));
    count += fds;
    out[0] = (uint8_t)(out[0] + fds);
  }
  *length = (uint32_t)got + 1;
  return (int32_t)got;
}

static int32_t connect_to(const uint8_t *path, uint32_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  return or_errno(connect(sock, (struct sockaddr *)&address, sizeof address));
}

// Memory of the descriptor that came as number in[0]: reads (R), or writes (W) u32 at in[1..4] the value in[5..8].
static int32_t memory(uint8_t operation) {
  uint32_t offset, value;
  memcpy(&offset, in + 1, 4);
  memcpy(&value, in + 5, 4);
  uint8_t *base = mmap(NULL, offset + 4, PROT_READ | PROT_WRITE, MAP_SHARED, kept[in[0]], 0);
  if (base == MAP_FAILED) return -errno;
  if (operation == 'w') memcpy(base + offset, &value, 4);
  memcpy(&value, base + offset, 4);
  munmap(base, offset + 4);
  return (int32_t)value;
}

int main(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    uint8_t operation;
    uint32_t length, out_length = 0, number = 0;
    all(0, &operation, 1);
    all(0, &length, sizeof length);
    if (length > sizeof in) abort();
    all(0, in, length);
    memcpy(&number, in, length < 4 ? length : 4);
    int32_t result = 0;
    switch (operation) {
      case 'C': result = connect_to(in, length); break;
      case 'S': result = or_errno(send_packet(in, length, 0)); break;
      case 'B':  // Again and again without a wait, u32 times at most: how often.
        while ((uint32_t)result < number && send_packet(in + 4, length - 4, MSG_DONTWAIT) >= 0) result++;
        break;
      case 'R': result = receive((int)number, &out_length); break;
      case 'w': case 'r': result = memory(operation); break;
      case 'z': result = or_errno(ftruncate(kept[number], 0)); break;
      case 'h': result = or_errno(fallocate(kept[number], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096)); break;
      case 'c': result = or_errno(close(kept[--count])); break;
      case 'F':  // A fork that keeps all that is open.
        result = fork();
        if (result == 0) for (;;) pause();
        break;
      case 'f':  // A fork goes on in the place of this process, which does nothing more.
        if (fork() > 0) for (;;) pause();
        break;
      case 'U': result = or_errno(setgroups(0, NULL) | setresgid(number, number, number) | setresuid(number, number, number)); break;
      case 'X': result = or_errno(close(sock)); break;
      case 'T': raise(SIGSTOP); continue;
      case 'K': raise(SIGKILL); continue;
      default: abort();
    }
    reply(result, out, out_length);
  }
}
