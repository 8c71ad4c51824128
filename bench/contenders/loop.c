/* The floor: T threads that do nothing but open, write, close and rename, first to new names, then over them.
   Usage: loop DIR FILES BYTES THREADS FILES_A_DIRECTORY; prints seconds as JSON. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *dir;
static int files, bytes, threads, each;
static char *content;

static void *work(void *arg) {
  int t = (int)(long)arg;
  char temp[4096], target[4096];
  /* Whole directories a thread, as rowtree's jobs have them. */
  for (int i = 0; i < files; i++) {
    int d = i / each;
    if (d % threads != t) continue;
    snprintf(temp, sizeof temp, "%s/%d/.temp-%d.tmp", dir, d, i);
    snprintf(target, sizeof target, "%s/%d/page-%06d.html", dir, d, i);
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 || write(fd, content, bytes) != bytes || close(fd) || rename(temp, target)) {
      perror(temp);
      exit(1);
    }
  }
  return NULL;
}

static double write_all(char letter) {
  struct timespec a, b;
  memset(content, letter, bytes);
  clock_gettime(CLOCK_MONOTONIC, &a);
  pthread_t id[64];
  for (long t = 0; t < threads; t++) pthread_create(&id[t], NULL, work, (void *)t);
  for (int t = 0; t < threads; t++) pthread_join(id[t], NULL);
  clock_gettime(CLOCK_MONOTONIC, &b);
  return (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  dir = argv[1], files = atoi(argv[2]), bytes = atoi(argv[3]), threads = atoi(argv[4]), each = atoi(argv[5]);
  content = malloc(bytes);
  for (int d = 0; d <= (files - 1) / each; d++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%d", dir, d);
    if (mkdir(path, 0777)) return perror(path), 1;
  }
  double fresh = write_all('x');
  printf("{\"new\": %.6f, \"replace\": %.6f}\n", fresh, write_all('y'));
  return 0;
}
