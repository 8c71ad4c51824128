/*
 * Makes chosen system calls on files below one directory fail, fall short, or kill the process.
 *
 * Loaded ahead of the C library (LD_PRELOAD) it stands below everything that a process does with files: Node, Deno, and SQLite
 * within them, on every thread and in child processes. What it does is told by a file that both sides map (see `struct control`), so
 * that one long-lived process can be given a thousand faults.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

enum call { OPEN, READ, WRITE, FSYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, TRUNCATE, CHMOD, CHOWN, CLOSE, STAT, LIST, STATFS };
enum action { NOTHING, FAIL, SHORTEN, KILL_BEFORE, KILL_AFTER };

/* Laid out alike in index.ts. */
struct control {
  _Atomic uint32_t seen;   /* matching calls since it was armed */
  _Atomic uint32_t struck; /* calls that were struck */
  uint32_t calls;          /* which calls match: a bit each */
  uint32_t at;             /* the first one to strike, from 1; 0: none */
  uint32_t times;          /* how many in a row */
  uint32_t action;
  uint32_t error;
  uint32_t victim;         /* whom to kill; 0: the caller */
  _Atomic uint32_t length; /* bytes of the log */
  uint32_t reserved;
  char root[1024];         /* calls match below this path alone */
  char name[256];          /* and where the last part of the path ends with this */
  char log[];
};

#define LOG_SIZE (1 << 20)
#define SIZE (sizeof(struct control) + LOG_SIZE)
#define DESCRIPTORS 4096

static struct control *control;
/* The path behind each descriptor that lies below the root; NULL for all others. */
static char *_Atomic paths[DESCRIPTORS];

__attribute__((constructor)) static void load(void) {
  const char *file = getenv("ROWTREE_FAULTS");
  int fd = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0) : -1;
  if (fd < 0) return;
  void *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) control = map;
  syscall(SYS_close, fd);
}

static const char *const names[] = {"open", "read", "write", "fsync", "rename", "link", "unlink", "mkdir", "rmdir", "truncate", "chmod", "chown", "close", "stat", "list", "statfs"};

static int is_below(const char *path) {
  if (!control || !path || !control->root[0]) return 0;
  size_t length = strlen(control->root);
  return strncmp(path, control->root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* A name in an open directory by the path of that directory: /proc/1234/fd/7/page is /tmp/tree/north/page. */
static const char *resolve(const char *path, char *buffer, size_t size) {
  int start = 0;
  if (!path || sscanf(path, "/proc/%*d/fd/%n", &start) == EOF || !start) return path;
  const char *rest = strchrnul(path + start, '/');
  char link[64];
  if ((size_t)(rest - path) >= sizeof link) return path;
  memcpy(link, path, rest - path);
  link[rest - path] = 0;
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, size - 1);
  if (length < 0 || length + strlen(rest) >= size) return path;
  strcpy(buffer + length, rest);
  return buffer;
}

static int is_named(const char *path) {
  size_t length = strlen(path), end = strlen(control->name);
  return end <= length && strcmp(path + length - end, control->name) == 0;
}

static void note(enum call call, const char *path, enum action action) {
  char line[1400];
  static const char *const marks[] = {" ", "!", "~", "x", "X"};
  int length = snprintf(line, sizeof line, "%s%s%s\n", names[call], marks[action], path + strlen(control->root));
  uint32_t start = atomic_fetch_add(&control->length, length);
  if (start + length < LOG_SIZE) memcpy(control->log + start, line, length);
}

static void strike(void) {
  syscall(SYS_kill, control->victim ? control->victim : (uint32_t)getpid(), SIGKILL);
  /* A child of the victim goes with it: nobody would end it later. */
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

/* What is to become of a call on this path. */
static enum action judge(enum call call, const char *given) {
  char buffer[4096];
  const char *path = resolve(given, buffer, sizeof buffer);
  if (!is_below(path) || !(control->calls >> call & 1) || !is_named(path)) return NOTHING;
  uint32_t number = atomic_fetch_add(&control->seen, 1) + 1;
  int hit = control->at && number >= control->at && number - control->at < control->times;
  enum action action = hit ? control->action : NOTHING;
  note(call, path, action);
  if (hit) atomic_fetch_add(&control->struck, 1);
  if (action == KILL_BEFORE) strike();
  if (action == FAIL) errno = control->error;
  return action;
}

static const char *path_of(int fd) {
  return fd >= 0 && fd < DESCRIPTORS ? atomic_load(&paths[fd]) : NULL;
}

static void remember(int fd, const char *given) {
  char buffer[4096];
  const char *path = resolve(given, buffer, sizeof buffer);
  if (fd < 0 || fd >= DESCRIPTORS) return;
  /* Never freed: another thread may be looking at it. */
  atomic_store(&paths[fd], is_below(path) ? strdup(path) : NULL);
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* Asks what becomes of the call, makes it unless it has to fail, and kills afterwards where that is wanted. */
#define THROUGH(call, path, invocation) \
  enum action action = judge(call, path); \
  if (action == FAIL) return -1; \
  __typeof__(invocation) result = invocation; \
  if (action == KILL_AFTER) strike(); \
  return result

#define OPENER(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); \
    va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list); \
    enum action action = judge(OPEN, path); \
    if (action == FAIL) return -1; \
    int fd = real(path, flags, mode); \
    if (action == KILL_AFTER) strike(); \
    remember(fd, path); \
    return fd; \
  }
OPENER(open)
OPENER(open64)

int openat64(int at, const char *path, int flags, ...) {
  REAL(openat64);
  va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list);
  enum action action = judge(OPEN, path);
  if (action == FAIL) return -1;
  int fd = real(at, path, flags, mode);
  if (action == KILL_AFTER) strike();
  remember(fd, path);
  return fd;
}

static size_t shortened(enum action action, size_t size) { return action == SHORTEN && size > 1 ? size / 2 : size; }

ssize_t write(int fd, const void *bytes, size_t size) {
  REAL(write);
  enum action action = judge(WRITE, path_of(fd));
  if (action == FAIL) return -1;
  ssize_t result = real(fd, bytes, shortened(action, size));
  if (action == KILL_AFTER) strike();
  return result;
}

#define WRITER_AT(name) \
  ssize_t name(int fd, const void *bytes, size_t size, off_t offset) { \
    REAL(name); \
    enum action action = judge(WRITE, path_of(fd)); \
    if (action == FAIL) return -1; \
    ssize_t result = real(fd, bytes, shortened(action, size), offset); \
    if (action == KILL_AFTER) strike(); \
    return result; \
  }
WRITER_AT(pwrite)
WRITER_AT(pwrite64)

/* Of several parts all but the last are written; of one, half of it. */
static const struct iovec *fewer(enum action action, const struct iovec *parts, int *count, struct iovec *half) {
  if (action != SHORTEN || *count < 1) return parts;
  if (*count > 1) { --*count; return parts; }
  *half = (struct iovec){parts->iov_base, shortened(action, parts->iov_len)};
  return half;
}

#define WRITER_OF_PARTS(name, parameters, ...) \
  ssize_t name parameters { \
    REAL(name); \
    enum action action = judge(WRITE, path_of(fd)); \
    if (action == FAIL) return -1; \
    struct iovec half; \
    parts = fewer(action, parts, &count, &half); \
    ssize_t result = real(__VA_ARGS__); \
    if (action == KILL_AFTER) strike(); \
    return result; \
  }
WRITER_OF_PARTS(writev, (int fd, const struct iovec *parts, int count), fd, parts, count)
WRITER_OF_PARTS(pwritev, (int fd, const struct iovec *parts, int count, off_t offset), fd, parts, count, offset)

ssize_t read(int fd, void *bytes, size_t size) { REAL(read); THROUGH(READ, path_of(fd), real(fd, bytes, size)); }
ssize_t pread(int fd, void *bytes, size_t size, off_t offset) { REAL(pread); THROUGH(READ, path_of(fd), real(fd, bytes, size, offset)); }
ssize_t pread64(int fd, void *bytes, size_t size, off_t offset) { REAL(pread64); THROUGH(READ, path_of(fd), real(fd, bytes, size, offset)); }
ssize_t readv(int fd, const struct iovec *parts, int count) { REAL(readv); THROUGH(READ, path_of(fd), real(fd, parts, count)); }
int fsync(int fd) { REAL(fsync); THROUGH(FSYNC, path_of(fd), real(fd)); }
int fdatasync(int fd) { REAL(fdatasync); THROUGH(FSYNC, path_of(fd), real(fd)); }
int syncfs(int fd) { REAL(syncfs); THROUGH(FSYNC, path_of(fd), real(fd)); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); THROUGH(TRUNCATE, path_of(fd), real(fd, size)); }
int ftruncate64(int fd, off_t size) { REAL(ftruncate64); THROUGH(TRUNCATE, path_of(fd), real(fd, size)); }
int fchmod(int fd, mode_t mode) { REAL(fchmod); THROUGH(CHMOD, path_of(fd), real(fd, mode)); }
int fchown(int fd, uid_t uid, gid_t gid) { REAL(fchown); THROUGH(CHOWN, path_of(fd), real(fd, uid, gid)); }
int rename(const char *from, const char *to) { REAL(rename); THROUGH(RENAME, to, real(from, to)); }
int link(const char *from, const char *to) { REAL(link); THROUGH(LINK, to, real(from, to)); }
int linkat(int at, const char *from, int to_at, const char *to, int flags) { REAL(linkat); THROUGH(LINK, to, real(at, from, to_at, to, flags)); }
int unlink(const char *path) { REAL(unlink); THROUGH(UNLINK, path, real(path)); }
int unlinkat(int at, const char *path, int flags) { REAL(unlinkat); THROUGH(UNLINK, path, real(at, path, flags)); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); THROUGH(MKDIR, path, real(path, mode)); }
int rmdir(const char *path) { REAL(rmdir); THROUGH(RMDIR, path, real(path)); }
int statx(int at, const char *path, int flags, unsigned mask, struct statx *stat) {
  REAL(statx);
  /* Rust asks with no path at all whether there is such a call. */
  THROUGH(STAT, path && !path[0] ? path_of(at) : path, real(at, path, flags, mask, stat));
}
int access(const char *path, int mode) { REAL(access); THROUGH(STAT, path, real(path, mode)); }
int statfs(const char *path, struct statfs *found) { REAL(statfs); THROUGH(STATFS, path, real(path, found)); }
int statfs64(const char *path, struct statfs64 *found) { REAL(statfs64); THROUGH(STATFS, path, real(path, found)); }
/* The forms of stat(2) in older C libraries, and in what is built for them. */
int __xstat64(int version, const char *path, struct stat64 *stat) { REAL(__xstat64); THROUGH(STAT, path, real(version, path, stat)); }
int __lxstat64(int version, const char *path, struct stat64 *stat) { REAL(__lxstat64); THROUGH(STAT, path, real(version, path, stat)); }
int __fxstat64(int version, int fd, struct stat64 *stat) { REAL(__fxstat64); THROUGH(STAT, path_of(fd), real(version, fd, stat)); }
char *realpath(const char *path, char *resolved) {
  REAL(realpath);
  return judge(STAT, path) == FAIL ? NULL : real(path, resolved);
}
DIR *opendir(const char *path) {
  REAL(opendir);
  return judge(LIST, path) == FAIL ? NULL : real(path);
}
int scandir64(const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *), int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  REAL(scandir64);
  THROUGH(LIST, path, real(path, list, filter, compare));
}

/* Deno flushes through a copy of the descriptor. */
static int copied(int from, int to) {
  if (path_of(from)) remember(to, path_of(from));
  return to;
}
int dup(int fd) { REAL(dup); return copied(fd, real(fd)); }
#define CONTROLLER(name) \
  int name(int fd, int command, ...) { \
    REAL(name); \
    va_list list; va_start(list, command); void *argument = va_arg(list, void *); va_end(list); \
    int result = real(fd, command, argument); \
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied(fd, result) : result; \
  }
CONTROLLER(fcntl)
CONTROLLER(fcntl64)

/* The descriptor is gone even where close(2) fails. */
int close(int fd) {
  REAL(close);
  const char *path = path_of(fd);
  if (path) atomic_store(&paths[fd], NULL);
  enum action action = path ? judge(CLOSE, path) : NOTHING;
  int error = errno;
  int result = real(fd);
  if (action == KILL_AFTER) strike();
  if (action != FAIL) return result;
  errno = error;
  return -1;
}

/* libuv asks for statx(2) without the C library. */
long syscall(long number, ...) {
  REAL(syscall);
  va_list list;
  va_start(list, number);
  long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long), d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
  va_end(list);
  const char *path = number == SYS_statx ? (const char *)b : NULL;
  enum action action = path ? judge(STAT, path[0] ? path : path_of(a)) : NOTHING;
  return action == FAIL ? -1 : real(number, a, b, c, d, e, f);
}
