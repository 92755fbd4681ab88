/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>

static const char *const names[] = {
#include "src/syscall_names.h"
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

const char *syscall_name(uint32_t number)
{
	return number < NAMES ? names[number] : NULL;
}

/** "0x7ffd0" */
static int hexadecimal(struct text word, uint64_t *ret)
{
	return text_starts(word, "0x") ? text_number(text_from(word, 2), 16, ret) : -EINVAL;
}

static int parse_call(struct text rest, struct syscall *out)
{
	struct text word;
	uint64_t number;

	if (!text_next(&rest, ' ', &word) || text_number(word, 10, &number) || number > UINT32_MAX)
		return -EINVAL;
	out->number = (uint32_t)number;
	for (unsigned int i = 0; i < SYSCALL_ARGUMENTS; i++) {
		if (!text_next(&rest, ' ', &word) || hexadecimal(word, &out->arguments[i]))
			return -EINVAL;
	}
	out->where = SYSCALL_INSIDE;
	return 0;
}

int syscall_parse(struct text text, struct syscall *out)
{
	struct syscall call = { .where = SYSCALL_OUTSIDE };
	struct text line;

	if (!text_next(&text, '\n', &line))
		return -EINVAL;
	if (text_is(line, "running"))
		call.where = SYSCALL_RUNNING;
	else if (!text_starts(line, "-1 ") && parse_call(line, &call))
		return -EINVAL;
	*out = call;
	return 0;
}

/**
 * A letter an argument: f a descriptor, g a second one, p a path, m milliseconds, t a timespec, i a
 * pid, n how many descriptors, l a list of these, s the first of three sets of these, w a futex.
 */
struct known {
	uint32_t number;
	const char *arguments;
	enum syscall_deed deed;
};

/* clang-format off */
static const struct known known[] = {
	{ __NR_read,              "f",     SYSCALL_READS },
	{ __NR_pread64,           "f",     SYSCALL_READS },
	{ __NR_readv,             "f",     SYSCALL_READS },
	{ __NR_preadv,            "f",     SYSCALL_READS },
	{ __NR_preadv2,           "f",     SYSCALL_READS },
	{ __NR_readahead,         "f",     SYSCALL_READS },
	{ __NR_write,             "f",     SYSCALL_WRITES },
	{ __NR_pwrite64,          "f",     SYSCALL_WRITES },
	{ __NR_writev,            "f",     SYSCALL_WRITES },
	{ __NR_pwritev,           "f",     SYSCALL_WRITES },
	{ __NR_pwritev2,          "f",     SYSCALL_WRITES },
	{ __NR_fallocate,         "f",     SYSCALL_WRITES },
	{ __NR_ftruncate,         "f",     SYSCALL_WRITES },
	{ __NR_vmsplice,          "f",     SYSCALL_WRITES },
	{ __NR_copy_file_range,   "f_g",   SYSCALL_COPIES },
	{ __NR_splice,            "f_g",   SYSCALL_COPIES },
	{ __NR_tee,               "fg",    SYSCALL_COPIES },
	{ __NR_sendfile,          "gf",    SYSCALL_COPIES },
	{ __NR_recvfrom,          "f",     SYSCALL_RECEIVES },
	{ __NR_recvmsg,           "f",     SYSCALL_RECEIVES },
	{ __NR_recvmmsg,          "f",     SYSCALL_RECEIVES },
	{ __NR_mq_timedreceive,   "f___t", SYSCALL_RECEIVES },
	{ __NR_sendto,            "f",     SYSCALL_SENDS },
	{ __NR_sendmsg,           "f",     SYSCALL_SENDS },
	{ __NR_sendmmsg,          "f",     SYSCALL_SENDS },
	{ __NR_mq_timedsend,      "f___t", SYSCALL_SENDS },
	{ __NR_accept,            "f",     SYSCALL_ACCEPTS },
	{ __NR_accept4,           "f",     SYSCALL_ACCEPTS },
	{ __NR_connect,           "f",     SYSCALL_CONNECTS },
	{ __NR_epoll_pwait,       "f__m",  SYSCALL_EVENTS },
	{ __NR_ppoll,             "lnt",   SYSCALL_POLLS },
	{ __NR_pselect6,          "ns__t", SYSCALL_POLLS },
	{ __NR_io_getevents,      "____t", SYSCALL_COMPLETIONS },
	{ __NR_nanosleep,         "t",     SYSCALL_SLEEPS },
	{ __NR_clock_nanosleep,   "__t",   SYSCALL_SLEEPS },
	{ __NR_futex,             "w__t",  SYSCALL_FUTEX },
	{ __NR_wait4,             "i",     SYSCALL_CHILD },
	{ __NR_waitid,            "",      SYSCALL_CHILD }, /* its pid depends on the first */
	{ __NR_clone,             "",      SYSCALL_CLONES },
	{ __NR_flock,             "f",     SYSCALL_LOCKS },
	{ __NR_fcntl,             "f",     SYSCALL_LOCKS },
	{ __NR_rt_sigsuspend,     "",      SYSCALL_SIGNALS },
	{ __NR_rt_sigtimedwait,   "__t",   SYSCALL_SIGNALS },
	{ __NR_fsync,             "f",     SYSCALL_FLUSHES },
	{ __NR_fdatasync,         "f",     SYSCALL_FLUSHES },
	{ __NR_syncfs,            "f",     SYSCALL_FLUSHES },
	{ __NR_sync,              "",      SYSCALL_FLUSHES },
	{ __NR_msync,             "",      SYSCALL_FLUSHES },
	{ __NR_getdents64,        "f",     SYSCALL_LISTS },
	{ __NR_ioctl,             "f",     SYSCALL_CONTROLS },
	{ __NR_openat,            "_p",    SYSCALL_OPENS },
	{ __NR_execve,            "p",     SYSCALL_RUNS },
	{ __NR_execveat,          "_p",    SYSCALL_RUNS },
	{ __NR_close,             "f",     SYSCALL_CLOSES },
	{ __NR_chdir,             "p",     SYSCALL_FINDS },
	{ __NR_faccessat,         "_p",    SYSCALL_FINDS },
	{ __NR_newfstatat,        "_p",    SYSCALL_FINDS },
	{ __NR_statx,             "_p",    SYSCALL_FINDS },
	{ __NR_statfs,            "p",     SYSCALL_FINDS },
	{ __NR_truncate,          "p",     SYSCALL_FINDS },
	{ __NR_readlinkat,        "_p",    SYSCALL_FINDS },
	{ __NR_unlinkat,          "_p",    SYSCALL_FINDS },
	{ __NR_mkdirat,           "_p",    SYSCALL_FINDS },
	{ __NR_mknodat,           "_p",    SYSCALL_FINDS },
	{ __NR_linkat,            "_p",    SYSCALL_FINDS },
	{ __NR_renameat2,         "_p",    SYSCALL_FINDS },
	{ __NR_fchmodat,          "_p",    SYSCALL_FINDS },
	{ __NR_fchownat,          "_p",    SYSCALL_FINDS },
	{ __NR_umount2,           "p",     SYSCALL_FINDS },
	{ __NR_semop,             "",      SYSCALL_MESSAGES },
	{ __NR_semtimedop,        "___t",  SYSCALL_MESSAGES },
	{ __NR_msgrcv,            "",      SYSCALL_MESSAGES },
	{ __NR_msgsnd,            "",      SYSCALL_MESSAGES },
#ifdef __NR_clone3
	{ __NR_clone3,            "",      SYSCALL_CLONES },
#endif
#ifdef __NR_io_uring_enter
	{ __NR_io_uring_enter,    "f",     SYSCALL_COMPLETIONS },
#endif
#ifdef __NR_openat2
	{ __NR_openat2,           "_p",    SYSCALL_OPENS },
#endif
#ifdef __NR_faccessat2
	{ __NR_faccessat2,        "_p",    SYSCALL_FINDS },
#endif
#ifdef __NR_epoll_pwait2
	{ __NR_epoll_pwait2,      "f__t",  SYSCALL_EVENTS },
#endif
#ifdef __NR_futex_waitv
	{ __NR_futex_waitv,       "___t",  SYSCALL_FUTEX },
#endif
#ifdef __NR_futex_wait
	{ __NR_futex_wait,        "____t", SYSCALL_FUTEX },
#endif
#ifdef __NR_open /* what follows arm64 never had */
	{ __NR_open,              "p",     SYSCALL_OPENS },
	{ __NR_creat,             "p",     SYSCALL_OPENS },
	{ __NR_epoll_wait,        "f__m",  SYSCALL_EVENTS },
	{ __NR_poll,              "lnm",   SYSCALL_POLLS },
	{ __NR_select,            "ns",    SYSCALL_POLLS },
	{ __NR_pause,             "",      SYSCALL_SIGNALS },
	{ __NR_vfork,             "",      SYSCALL_CLONES },
	{ __NR_getdents,          "f",     SYSCALL_LISTS },
	{ __NR_access,            "p",     SYSCALL_FINDS },
	{ __NR_stat,              "p",     SYSCALL_FINDS },
	{ __NR_lstat,             "p",     SYSCALL_FINDS },
	{ __NR_readlink,          "p",     SYSCALL_FINDS },
	{ __NR_unlink,            "p",     SYSCALL_FINDS },
	{ __NR_rename,            "p",     SYSCALL_FINDS },
	{ __NR_mkdir,             "p",     SYSCALL_FINDS },
	{ __NR_rmdir,             "p",     SYSCALL_FINDS },
	{ __NR_link,              "p",     SYSCALL_FINDS },
	{ __NR_symlink,           "_p",    SYSCALL_FINDS },
	{ __NR_chmod,             "p",     SYSCALL_FINDS },
	{ __NR_chown,             "p",     SYSCALL_FINDS },
#endif
};
/* clang-format on */

static int index_of(const char *arguments, char letter)
{
	const char *at = strchr(arguments, letter);

	return at ? (int)(at - arguments) : -1;
}

struct syscall_shape syscall_shape(uint32_t number)
{
	const char *arguments = "";
	enum syscall_deed deed = SYSCALL_OTHER;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].number != number)
			continue;
		arguments = known[i].arguments;
		deed = known[i].deed;
	}
	return (struct syscall_shape){
		.deed = deed,
		.fd = index_of(arguments, 'f'),
		.other_fd = index_of(arguments, 'g'),
		.path = index_of(arguments, 'p'),
		.count_ms = index_of(arguments, 'm'),
		.timespec = index_of(arguments, 't'),
		.pid = index_of(arguments, 'i'),
		.count = index_of(arguments, 'n'),
		.list = index_of(arguments, 'l'),
		.sets = index_of(arguments, 's'),
		.word = index_of(arguments, 'w'),
	};
}

bool syscall_locks(const struct syscall *call, bool *open_file)
{
	int command = syscall_int(call, 1);

	*open_file = false;
	if (call->number == __NR_flock)
		return !(command & LOCK_NB);
	if (call->number != __NR_fcntl)
		return false;
	*open_file = command == F_OFD_SETLKW;
	return *open_file || command == F_SETLKW;
}

/** preadv(2): in two halves, of which on 64 bits the lower one has all; -1 as in preadv2(2): none. */
bool syscall_offset(const struct syscall *call, uint64_t *ret)
{
	switch (call->number) {
	case __NR_pread64:
	case __NR_pwrite64:
	case __NR_preadv:
	case __NR_pwritev:
	case __NR_preadv2:
	case __NR_pwritev2:
		*ret = call->arguments[3];
		return (int64_t)*ret >= 0;
	default:
		return false;
	}
}

bool syscall_keeps_offset(const struct syscall *call)
{
	switch (call->number) {
	case __NR_copy_file_range:
	case __NR_splice:
		return call->arguments[1];
	case __NR_sendfile:
		return call->arguments[2];
	default:
		return false;
	}
}
