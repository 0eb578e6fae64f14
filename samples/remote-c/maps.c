/*
 * Maps a single buffer again and again, and keeps its contents when it moves for a device that attaches late:
 * maps SOCKET [TIMES]
 * With a token, maps the buffer that it stands for, while others write to it and have it moved, until the token is revoked.
 * Their numbers grow, and each is written to the first 8 bytes, and then to the last 8: maps SOCKET 0 TOKEN
 */
#define _GNU_SOURCE
#include "dmabroker.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = 1 << 20 };

static int fill(struct dmabroker_attachment *attachment, uint64_t value, struct dmabroker_error *error) {
  struct dmabroker_mapping mapping;
  if (dmabroker_map(attachment, DMABROKER__REMOTE__ACCESS__WRITE, 0, &mapping, error)) return -1;
  uint64_t *words = dmabroker_begin_cpu(mapping.memory, DMABROKER__REMOTE__ACCESS__WRITE, error);
  if (words) {
    words[0] = words[SIZE / sizeof *words - 1] = value;
    dmabroker_end_cpu(mapping.memory, DMABROKER__REMOTE__ACCESS__WRITE, error);
  }
  return dmabroker_unmap(&mapping, -1, error) || !words ? -1 : 0;
}

static int check(struct dmabroker_attachment *attachment, uint64_t value, struct dmabroker_error *error) {
  struct dmabroker_mapping mapping;
  if (dmabroker_map(attachment, DMABROKER__REMOTE__ACCESS__READ, 0, &mapping, error)) return -1;
  const uint64_t *words = dmabroker_begin_cpu(mapping.memory, DMABROKER__REMOTE__ACCESS__READ, error);
  if (words) {
    bool same = words[0] == value && words[SIZE / sizeof *words - 1] == value;
    printf("%" PRIu64 " in %s, generation %" PRIu64 ", is %s\n", value, mapping.memory->about->heap,
           mapping.memory->about->generation, same ? "intact" : "corrupt");
    dmabroker_end_cpu(mapping.memory, DMABROKER__REMOTE__ACCESS__READ, error);
  }
  return dmabroker_unmap(&mapping, -1, error) || !words ? -1 : 0;
}

static int map_often(struct dmabroker_attachment *attachment, long times, struct dmabroker_error *error) {
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long i = 0; i < times; i++) {
    struct dmabroker_mapping mapping;
    if (dmabroker_map(attachment, DMABROKER__REMOTE__ACCESS__READ, 0, &mapping, error)) return -1;
    if (dmabroker_unmap(&mapping, -1, error)) return -1;
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double nanos = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
  printf("%ld maps and unmaps, %.0f ns each\n", times, nanos / (double)times);
  return 0;
}

static int run(dmabroker *connection, long times, struct dmabroker_error *error) {
  dmabroker_constraint cpu = DMABROKER_CPU_ONLY, contiguous[] = {DMABROKER_CPU_ONLY, DMABROKER_FLAG("contiguous", true)};
  struct dmabroker_attachment early, late;
  dmabroker_id camera, display, buffer;
  if (dmabroker_register(connection, "camera", DMABROKER__REMOTE__ACCESS__READ_WRITE, &cpu, 1, &camera, error) ||
      dmabroker_export(connection, "frame", SIZE, &buffer, error) ||
      dmabroker_attach(connection, buffer, camera, &early, error) || fill(&early, 1, error) || check(&early, 1, error) ||
      map_often(&early, times, error) ||
      dmabroker_register(connection, "display", DMABROKER__REMOTE__ACCESS__READ, contiguous, 2, &display, error) ||
      dmabroker_attach(connection, buffer, display, &late, error) || check(&late, 1, error) || fill(&early, 2, error) ||
      check(&late, 2, error) || map_often(&early, times, error) || dmabroker_detach(&late, error) ||
      dmabroker_detach(&early, error) || dmabroker_close_buffer(connection, buffer, error) ||
      dmabroker_close_device(connection, display, error))
    return -1;
  return dmabroker_close_device(connection, camera, error);
}

/* Looks at a buffer's numbers, and where it lies. The last number is read first, so it is not newer than the first one. */
static int look(struct dmabroker_attachment *attachment, uint64_t *latest, bool *is_intact, uint64_t *generation,
                struct dmabroker_error *error) {
  struct dmabroker_mapping mapping;
  if (dmabroker_map(attachment, DMABROKER__REMOTE__ACCESS__READ, 0, &mapping, error)) return -1;
  size_t end = mapping.memory->about->layout->size_bytes / sizeof(uint64_t) - 1;
  _Atomic uint64_t *words = dmabroker_begin_cpu(mapping.memory, DMABROKER__REMOTE__ACCESS__READ, error);
  if (words) {
    uint64_t last = atomic_load(&words[end]), first = atomic_load(&words[0]);
    *is_intact = last <= first && last >= *latest;
    *latest = last;
    *generation = mapping.memory->about->generation;
    dmabroker_end_cpu(mapping.memory, DMABROKER__REMOTE__ACCESS__READ, error);
  }
  return dmabroker_unmap(&mapping, -1, error) || !words ? -1 : 0;
}

static int run_shared(dmabroker *connection, const char *text, struct dmabroker_error *error) {
  dmabroker_constraint cpu = DMABROKER_CPU_ONLY;
  struct dmabroker_attachment attachment;
  dmabroker_id device, buffer;
  uint8_t token[16] = {0};
  for (int i = 0; i < 16 && sscanf(text + 2 * i, "%2hhx", &token[i]) == 1; i++) continue;
  if (dmabroker_open(connection, token, &buffer, error) ||
      dmabroker_register(connection, "reader", DMABROKER__REMOTE__ACCESS__READ, &cpu, 1, &device, error) ||
      dmabroker_attach(connection, buffer, device, &attachment, error))
    return -1;
  uint64_t places = 0, before = 0, now = 0, corrupt = 0, times = 0, latest = 0;
  bool is_intact = false;
  while (!look(&attachment, &latest, &is_intact, &now, error)) {
    times++;
    corrupt += !is_intact;
    places += now != before;
    before = now;
  }
  printf("result: maps=%" PRIu64 " corrupt=%" PRIu64 " places=%" PRIu64 "\n", times, corrupt, places);
  return strcmp(error->kind, "ClosedException") ? -1 : 0;
}

int main(int count, char **arguments) {
  struct dmabroker_error error = {.kind = ""};
  if (count < 2 || count > 4) {
    fprintf(stderr, "usage: %s SOCKET [TIMES [TOKEN]]\n", arguments[0]);
    return 2;
  }
  dmabroker *connection = dmabroker_connect(arguments[1], "maps", &error);
  long times = count > 2 ? atol(arguments[2]) : 1000;
  int result = -1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (connection) result = count == 4 ? run_shared(connection, arguments[3], &error) : run(connection, times, &error);
  if (result) fprintf(stderr, "maps: %s: %s\n", error.kind, error.text);
  dmabroker_disconnect(connection);
  return result ? 1 : 0;
}
