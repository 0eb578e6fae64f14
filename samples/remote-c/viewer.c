/*
 * Shows and checks the frames of a stream that was published at a broker's service, until the stream ends or this program is
 * asked to end: viewer SOCKET STREAM [latest]
 *
 * Each frame begins with a stamp of its camera: its number, and the CRC-32 of all that follows, in 8 bytes each, the lowest
 * first. Exits with 0 if all frames were intact, and with 1 if not, or if there were none.
 */
#include "dmabroker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STAMP_BYTES = 16, PATIENCE_NS = 100000000 };
static const uint64_t OPENS_WITHIN_NS = 10000000000;

static volatile sig_atomic_t is_over;

static void end(int signal) {
  (void)signal;
  is_over = 1;
}

static uint64_t now_us(void) {
  struct timespec time;
  timespec_get(&time, TIME_UTC);
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static uint32_t crc32(const uint8_t *bytes, size_t length) {
  static uint32_t table[256];
  for (uint32_t i = 0; !table[255] && i < 256; i++) {
    table[i] = i;
    for (int bit = 0; bit < 8; bit++) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320 : 0);
  }
  uint32_t sum = 0xFFFFFFFF;
  for (size_t i = 0; i < length; i++) sum = sum >> 8 ^ table[(sum ^ bytes[i]) & 255];
  return ~sum;
}

static uint64_t number_at(const uint8_t *bytes) {
  uint64_t number = 0;
  for (int i = 7; i >= 0; i--) number = number << 8 | bytes[i];
  return number;
}

/* 1 if the frame is as its camera left it, 0 if not, -1 if the CPU cannot tell. */
static int is_intact(struct dmabroker_frame *frame, struct dmabroker_error *error) {
  size_t length = frame->memory->about->layout->size_bytes;
  const uint8_t *bytes = dmabroker_begin_cpu(frame->memory, DMABROKER__REMOTE__ACCESS__READ, error);
  if (!bytes) return -1;
  int result = length > STAMP_BYTES && number_at(bytes + 8) == crc32(bytes + STAMP_BYTES, length - STAMP_BYTES);
  return dmabroker_end_cpu(frame->memory, DMABROKER__REMOTE__ACCESS__READ, error) ? -1 : result;
}

/* Shows all frames, and returns the number of those that were not intact; -1 with the reason if a call failed. */
static int show(struct dmabroker_consumer *consumer, struct dmabroker_error *error) {
  uint64_t shown = 0, corrupt = 0, before = 0, longest = 0;
  while (!is_over) {
    struct dmabroker_frame frame;
    if (dmabroker_take(consumer, PATIENCE_NS, &frame, error)) {
      if (!strcmp(error->kind, "WaitTimeoutException") || !strcmp(error->kind, "StreamStoppedException")) continue;
      if (strcmp(error->kind, "ClosedException")) return -1;
      break;
    }
    uint64_t now = now_us();
    if (before && now - before > longest) longest = now - before;
    before = now;
    int intact = is_intact(&frame, error);
    printf("frame %" PRIu64 " in %s is %s\n", frame.sequence, frame.memory->about->heap, intact == 1 ? "intact" : "corrupt");
    shown++;
    corrupt += intact != 1;
    if (dmabroker_release(&frame, -1, error)) return -1;
  }
  if (!is_over) printf("the stream has ended: %s\n", error->text);
  printf("result: frames=%" PRIu64 " corrupt=%" PRIu64 " longest_gap_us=%" PRIu64 "\n", shown, corrupt, longest);
  return shown > 0 && corrupt == 0 ? 0 : 1;
}

int main(int count, char **arguments) {
  struct dmabroker_error error = {.kind = ""};
  dmabroker_constraint cpu = DMABROKER_CPU_ONLY;
  struct dmabroker_consumer consumer;
  dmabroker_id stream, device;
  if (count < 3 || count > 4 || (count == 4 && strcmp(arguments[3], "latest"))) {
    fprintf(stderr, "usage: %s SOCKET STREAM [latest]\n", arguments[0]);
    return 2;
  }
  Dmabroker__Remote__Policy policy =
      count == 4 ? DMABROKER__REMOTE__POLICY__LATEST : DMABROKER__REMOTE__POLICY__EVERY_FRAME;
  signal(SIGINT, end);
  signal(SIGTERM, end);
  setvbuf(stdout, NULL, _IOLBF, 0);
  dmabroker *connection = dmabroker_connect(arguments[1], "viewer", &error);
  int result = -1;
  if (connection && !dmabroker_open_published(connection, arguments[2], OPENS_WITHIN_NS, &stream, &error) &&
      !dmabroker_register(connection, "cpu", DMABROKER__REMOTE__ACCESS__READ, &cpu, 1, &device, &error) &&
      !dmabroker_consume(connection, stream, device, policy, &consumer, &error)) {
    result = show(&consumer, &error);
    dmabroker_close_consumer(&consumer, NULL);
  }
  if (result < 0) fprintf(stderr, "viewer: %s: %s\n", error.kind, error.text);
  dmabroker_disconnect(connection);
  return result < 0 ? 1 : result;
}
