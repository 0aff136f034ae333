/*
 * A disk that keeps what was not synced until the power fails, and then drops half of it, torn at
 * sectors. Preloaded into a process; every file under $CUT_FOLDER is on this disk.
 *
 * Each file's image is taken when it is synced. What is written later is logged. At the write number
 * $CUT_AT the power fails: each logged sector reaches the image or does not, by $CUT_SEED, and
 * the process is gone. With $CUT_LIES the disk says that it has synced, and has not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 64, SECTOR = 512 };

struct write_log { off_t at; size_t size; char *bytes; struct write_log *next; };
struct file {
    char path[512];
    char *image; /* as it was synced last */
    off_t size;
    struct write_log *first, **last;
};

static struct file files[FILES];
static int count;
static long writes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t state;

static uint64_t chance(void) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state >> 11;
}

static void sync_image(struct file *file, int fd);

static struct file *of(int fd) {
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    const char *folder = getenv("CUT_FOLDER");
    if (length <= 0 || !folder) return NULL;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0) return NULL;
    for (int it = 0; it < count; it++)
        if (strcmp(files[it].path, path) == 0) return &files[it];
    if (count == FILES) abort();
    struct file *file = &files[count++];
    strcpy(file->path, path);
    file->last = &file->first;
    /* What was there before has been synced by whoever wrote it. */
    int before = open(path, O_RDONLY);
    if (before >= 0) sync_image(file, before), close(before);
    return file;
}

static void sync_image(struct file *file, int fd) {
    struct stat found;
    if (fstat(fd, &found) != 0) return;
    file->image = realloc(file->image, found.st_size + 1);
    file->size = pread(fd, file->image, found.st_size, 0);
    while (file->first) {
        struct write_log *next = file->first->next;
        free(file->first->bytes), free(file->first);
        file->first = next;
    }
    file->last = &file->first;
}

static void power_fails(void) {
    for (int it = 0; it < count; it++) {
        struct file *file = &files[it];
        int fd = open(file->path, O_WRONLY | O_TRUNC);
        if (fd < 0) continue;
        static ssize_t (*real)(int, const void *, size_t, off_t);
        if (!real) real = dlsym(RTLD_NEXT, "pwrite");
        real(fd, file->image, file->size, 0);
        for (struct write_log *log = file->first; log; log = log->next)
            for (size_t from = 0; from < log->size; from += SECTOR) {
                size_t left = log->size - from < SECTOR ? log->size - from : SECTOR;
                if (chance() % 2) real(fd, log->bytes + from, left, log->at + from);
            }
        close(fd);
    }
    _exit(137);
}

static void log_write(int fd, const void *bytes, size_t size, off_t at) {
    pthread_mutex_lock(&lock);
    struct file *file = of(fd);
    if (file) {
        if (!state) state = strtoull(getenv("CUT_SEED"), NULL, 10) * 0x9E3779B97F4A7C15u | 1;
        struct write_log *log = calloc(1, sizeof *log);
        log->at = at, log->size = size, log->bytes = malloc(size + 1);
        memcpy(log->bytes, bytes, size);
        *file->last = log, file->last = &log->next;
        if (++writes == atol(getenv("CUT_AT"))) power_fails();
    }
    pthread_mutex_unlock(&lock);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    REAL(pwrite);
    log_write(fd, bytes, size, at);
    return real(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    REAL(pwrite64);
    log_write(fd, bytes, size, at);
    return real(fd, bytes, size, at);
}
ssize_t write(int fd, const void *bytes, size_t size) {
    REAL(write);
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (at >= 0) log_write(fd, bytes, size, at);
    return real(fd, bytes, size);
}

static int synced(int fd, int (*real)(int)) {
    int done = real(fd);
    pthread_mutex_lock(&lock);
    struct file *file = getenv("CUT_LIES") ? NULL : of(fd);
    if (file && done == 0) sync_image(file, fd);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { REAL(fsync); return synced(fd, real); }
int fdatasync(int fd) { REAL(fdatasync); return synced(fd, real); }
