/*
 * A hostile neighbour: it exchanges what stands at two paths, again and again, until it is killed.
 *
 *   swapper pairs A B [A B …]        exchanges A with B: whoever looks at A finds now this, now that
 *   swapper temps DIRECTORY DECOY SCRATCH
 *                                    puts a symlink to DECOY in the place of each directory below DIRECTORY that is named like a temp
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Up to some microseconds, so that each moment between two calls is met. */
static void dawdle(void) {
  for (volatile int left = rand() % 30000; left > 0; left--) continue;
}

static int exchange(const char *a, const char *b) { return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE); }

static void divert(const char *directory, const char *decoy, const char *scratch) {
  static int count;
  DIR *list = opendir(directory);
  if (!list) return;
  for (struct dirent *entry; (entry = readdir(list));) {
    char path[4096], link[4096];
    struct stat stat;
    snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
    if (strncmp(entry->d_name, ".rowtree-", 9) != 0 || lstat(path, &stat) || !S_ISDIR(stat.st_mode)) continue;
    snprintf(link, sizeof link, "%s/%d", scratch, count++);
    if (!symlink(decoy, link)) exchange(path, link);
  }
  closedir(list);
}

int main(int count, char **args) {
  srand(time(NULL) ^ getpid());
  puts("ready");
  fflush(stdout);
  for (;;) {
    if (strcmp(args[1], "temps") == 0) divert(args[2], args[3], args[4]);
    else for (int at = 2; at + 1 < count; at += 2) {
      exchange(args[at], args[at + 1]);
      dawdle();
    }
    /* Nobody was left to end it. */
    if (getppid() == 1) return 0;
  }
}
