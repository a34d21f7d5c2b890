/* Preloaded into a process, so that its disk does what the first letter of the file DISK says. Each time that it does
   something else than it should, the file MET grows by one byte. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static char fault(void) {
    char letter = 'w';
    const char *path = getenv("DISK");
    int file = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return letter;
    if (syscall(SYS_read, file, &letter, 1) != 1) letter = 'w';
    syscall(SYS_close, file);
    return letter;
}

static void met(void) {
    const char *path = getenv("MET");
    int file = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (file < 0) return;
    syscall(SYS_write, file, "+", 1);
    syscall(SYS_close, file);
}

static int refused(int error) {
    met();
    errno = error;
    return -1;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off_t place) {
    switch (fault()) {
        case 'e': return refused(EIO);
        case 'f': return refused(ENOSPC);
        case 'l': met(); return length;
        default: return syscall(SYS_pwrite64, file, bytes, length, place);
    }
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t place) {
    return pwrite64(file, bytes, length, place);
}

static int synchronised(int file, long call) {
    switch (fault()) {
        case 'e':
        case 'y': return refused(EIO);
        case 's': met(); usleep(300000); break;
        case 'l': met(); return 0;
    }
    return syscall(call, file);
}

int fdatasync(int file) { return synchronised(file, SYS_fdatasync); }

int fsync(int file) { return synchronised(file, SYS_fsync); }
