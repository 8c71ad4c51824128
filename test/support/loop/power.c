/*
 * What happens to a filesystem around a power failure.
 *
 *   power cut PATH FLAG     from now on nothing reaches its disk; before that its log is written (1), or not (2)
 *   power write PATH BYTES  the first bytes of a file reach the disk as when the system finds time for it: without its name or size
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN, with one number and the same flags. */
#define SHUTDOWN _IOR('X', 125, uint32_t)
#define WHOLLY (SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER)

int main(int count, char **arguments) {
  if (count != 4) return 2;
  int fd = open(arguments[2], O_RDONLY);
  if (fd < 0) return perror("power"), 1;
  long number = atol(arguments[3]);
  uint32_t flag = number;
  int failed = strcmp(arguments[1], "cut") == 0 ? ioctl(fd, SHUTDOWN, &flag) : sync_file_range(fd, 0, number, WHOLLY);
  if (failed) perror("power");
  return failed ? 1 : 0;
}
