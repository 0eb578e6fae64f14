// The system calls that the first map of a buffer and its end come down to, as strace shows them,
// and nothing else. Reads lines "HEAP BYTES CYCLES"; answers each with the nanoseconds that so many
// cycles took. HEAP is memfd, udmabuf or a node of /dev/dma_heap.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

static const long STEP_BYTES = 16L << 20; // Most that one fallocate is asked for.
static const char NAME[] = "buffer-1";

static unsigned no_exec = MFD_NOEXEC_SEAL; // Known since Linux 6.3.

static void fail(const char *what) {
  fprintf(stderr, "first-map: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int must(int result, const char *what) {
  if (result < 0) {
    fail(what);
  }
  return result;
}

static int sealed_memfd(long bytes) {
  int fd = must(memfd_create(NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | no_exec), "memfd_create");
  for (long done = 0; done < bytes; done += STEP_BYTES) {
    long step = bytes - done < STEP_BYTES ? bytes - done : STEP_BYTES;
    must(fallocate(fd, 0, done, step), "fallocate");
  }
  must(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), "F_ADD_SEALS");
  return fd;
}

static int udmabuf(int node, long bytes) {
  int memfd = sealed_memfd(bytes);
  struct udmabuf_create request = {
      .memfd = memfd, .flags = UDMABUF_FLAGS_CLOEXEC, .offset = 0, .size = bytes};
  int fd = must(ioctl(node, UDMABUF_CREATE, &request), "UDMABUF_CREATE");
  ioctl(fd, DMA_BUF_SET_NAME, NAME);
  close(memfd);
  return fd;
}

static int dma_heap(int node, long bytes) {
  struct dma_heap_allocation_data request = {.len = bytes, .fd_flags = O_RDWR | O_CLOEXEC};
  must(ioctl(node, DMA_HEAP_IOCTL_ALLOC, &request), "DMA_HEAP_IOCTL_ALLOC");
  ioctl(request.fd, DMA_BUF_SET_NAME, NAME);
  return request.fd;
}

static void cycle(const char *heap, int node, long bytes, int cycles) {
  int is_memfd = strcmp(heap, "memfd") == 0;
  int is_udmabuf = strcmp(heap, "udmabuf") == 0;
  for (int i = 0; i < cycles; i++) {
    int fd = is_memfd     ? sealed_memfd(bytes)
             : is_udmabuf ? udmabuf(node, bytes)
                          : dma_heap(node, bytes);
    close(fd);
  }
}

static int open_node(const char *heap) {
  char path[128];
  if (strcmp(heap, "memfd") == 0) {
    return -1;
  }
  if (strcmp(heap, "udmabuf") == 0) {
    snprintf(path, sizeof path, "/dev/udmabuf");
  } else {
    snprintf(path, sizeof path, "/dev/dma_heap/%s", heap);
  }
  return must(open(path, O_RDWR | O_CLOEXEC), path);
}

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(void) {
  char heap[64];
  long bytes;
  int cycles;
  int fd = memfd_create(NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | no_exec);
  if (fd < 0) {
    no_exec = 0;
  } else {
    close(fd);
  }
  while (scanf("%63s %ld %d", heap, &bytes, &cycles) == 3) {
    int node = open_node(heap);
    cycle(heap, node, bytes, cycles / 10 + 1); // Warms up.
    long start = now();
    cycle(heap, node, bytes, cycles);
    printf("%ld\n", now() - start);
    fflush(stdout);
    if (node >= 0) {
      close(node);
    }
  }
  return 0;
}
