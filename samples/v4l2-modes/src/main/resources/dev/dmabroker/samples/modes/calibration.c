/* The loops of Calibration.java: prints for each its name, the nanoseconds of a step, and the result. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CELLS 4096

static volatile uint32_t cells[CELLS];

static uint32_t shift_left(uint32_t x) { return x ^ x << 13; }
static uint32_t shift_right(uint32_t x) { return x ^ x >> 17; }
static uint32_t add(uint32_t x) { return x + 0x9e3779b9u; }
static uint32_t turn(uint32_t x) { return x << 5 | x >> 27; }

/* Volatile: the compiler cannot know what is called, as a JVM's first compiler does not. */
static uint32_t (*volatile kinds[])(uint32_t) = {shift_left, shift_right, add, turn};

static uint32_t arithmetic(int steps) {
  uint32_t x = 1;
  for (int i = 0; i < steps; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    cells[x % CELLS] += x;
  }
  return x;
}

static uint32_t calls(int steps) {
  uint32_t x = 1;
  for (int i = 0; i < steps; i++) x = kinds[i & 3](x);
  return x;
}

static int64_t clock_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static uint32_t read_clock(int steps) {
  uint32_t back = 0;
  int64_t last = clock_now();
  for (int i = 0; i < steps; i++) {
    int64_t now = clock_now();
    back += now - last < 0;
    last = now;
  }
  return back;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void time_of(const char *name, uint32_t (*loop)(int), int steps) {
  double before = now();
  uint32_t result = loop(steps);
  printf("%s %.2f %u\n", name, (now() - before) / steps, result);
}

int main(int argc, char **argv) {
  int steps = argc > 1 ? atoi(argv[1]) : 1000000;
  time_of("arithmetic", arithmetic, steps);
  time_of("calls", calls, steps);
  time_of("clock", read_clock, steps / 1000);
  return 0;
}
