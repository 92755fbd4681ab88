/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/kind.h"

#include <sys/stat.h>

struct naming {
	const char *kernel, *word;
};

/* clang-format off */

/**
 * Behind "anon_inode:", as of Linux 6.18, each from the file that makes it: fs/eventpoll.c, fs/eventfd.c,
 * fs/notify/inotify/inotify_user.c, fs/notify/fanotify/fanotify_user.c, fs/timerfd.c, fs/signalfd.c,
 * fs/pidfs.c, kernel/bpf/syscall.c, bpf_iter.c and btf.c, io_uring/io_uring.c, fs/userfaultfd.c,
 * kernel/events/core.c, kernel/seccomp.c. All others keep the kernel's word.
 */
static const struct naming anonymous[] = {
	{ "[eventpoll]",    "epoll" },
	{ "[eventfd]",      "eventfd" },
	{ "inotify",        "inotify" },
	{ "[fanotify]",     "fanotify" },
	{ "[timerfd]",      "timerfd" },
	{ "[signalfd]",     "signalfd" },
	{ "[pidfd]",        "pidfd" },
	{ "bpf-map",        "bpf" },
	{ "bpf-prog",       "bpf" },
	{ "bpf_link",       "bpf" },
	{ "bpf-link",       "bpf" }, /* before Linux 6.0 */
	{ "bpf_iter",       "bpf" },
	{ "bpf-stats",      "bpf" },
	{ "btf",            "bpf" },
	{ "[io_uring]",     "io_uring" },
	{ "[userfaultfd]",  "userfaultfd" },
	{ "[perf_event]",   "perf" },
	{ "seccomp notify", "seccomp" },
	{ NULL, NULL },
};

/** Before ":[NUMBER]" where it is not the word itself: net/socket.c, fs/pipe.c, fs/pidfs.c of 6.9-rc. */
static const struct naming numbered[] = {
	{ "socket", "socket" },
	{ "pipe",   "pipe" },
	{ "pidfd",  "pidfd" },
	{ NULL, NULL },
};

/** What names of memory begin with: mm/memfd.c, ipc/shm.c, mm/secretmem.c, fs/aio.c. */
static const struct naming memories[] = {
	{ "/memfd:",    "memfd" },
	{ "/SYSV",      "sysv" },
	{ "/secretmem", "secretmem" },
	{ "/[aio]",     "aio" },
	{ NULL, NULL },
};

/* clang-format on */

/** proc_ns_operations of Linux 6.18, fs/proc/namespaces.c. */
static const char *const namespaces[] = { "net",  "uts",    "ipc",  "pid",
					  "user", "cgroup", "time", "mnt" };

static struct text word_of(const struct naming *table, struct text name)
{
	for (; table->kernel; table++) {
		if (text_is(name, table->kernel))
			return text_of(table->word);
	}
	return (struct text){ 0 };
}

/** "WORD:[NUMBER]", the whole of it. */
static bool split_numbered(struct text link, struct text *word, uint64_t *number)
{
	struct text rest = link;

	if (!text_next(&rest, ':', word) || !text_starts(rest, "[") || !text_ends(rest, "]"))
		return false;
	return text_number(text_first(text_from(rest, 1), rest.len - 2), 10, number) == 0;
}

bool kind_namespace(struct text link, struct text *type, uint64_t *number)
{
	if (!split_numbered(link, type, number))
		return false;
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		if (text_is(*type, namespaces[i]))
			return true;
	}
	return false;
}

/** "[sync_file]" and "kvm-vcpu:3" without what is not the word. */
static struct text bare(struct text name)
{
	uint64_t number;

	if (name.len > 2 && text_starts(name, "[") && text_ends(name, "]"))
		return text_first(text_from(name, 1), name.len - 2);
	const char *colon = name.len ? memrchr(name.bytes, ':', name.len) : NULL;
	size_t len = colon ? (size_t)(colon - name.bytes) : name.len;
	if (len && text_number(text_from(name, len + 1), 10, &number) == 0)
		return text_first(name, len);
	return name;
}

static struct text word_of_anonymous(struct text name)
{
	struct text word = word_of(anonymous, name);

	return word.len ? word : bare(name);
}

/** The kernel's own text, which is no path. */
static struct text word_of_own(struct text link)
{
	static const char prefix[] = "anon_inode:";
	struct text name;
	uint64_t number;

	if (text_starts(link, prefix))
		return word_of_anonymous(text_from(link, sizeof(prefix) - 1));
	if (kind_namespace(link, &name, &number))
		return text_of("namespace");
	if (!split_numbered(link, &name, &number))
		return link;
	struct text word = word_of(numbered, name);
	return word.len ? word : name;
}

static struct text word_of_memory(struct text link)
{
	for (const struct naming *memory = memories; memory->kernel; memory++) {
		if (text_starts(link, memory->kernel))
			return text_of(memory->word);
	}
	return text_of("memory");
}

/** An inode without a type, with a name like a path: "/dmabuf:NAME" of drivers/dma-buf/dma-buf.c. */
static struct text word_of_untyped(struct text link)
{
	struct text name = text_from(link, 1), word;

	return text_next(&name, ':', &word) ? word : (struct text){ 0 };
}

struct text kind_word(struct text link, uint32_t mode, bool memory)
{
	if (link.len && !text_starts(link, "/"))
		return word_of_own(link);
	switch (mode & S_IFMT) {
	case S_IFREG:
		return memory ? word_of_memory(link) : text_of("regular");
	case S_IFDIR:
		return text_of("directory");
	case S_IFCHR:
		return text_of("char");
	case S_IFBLK:
		return text_of("block");
	case S_IFIFO:
		return text_of("fifo");
	case S_IFSOCK:
		return text_of("socket");
	case S_IFLNK:
		return text_of("symlink");
	default:
		return mode ? word_of_untyped(link) : (struct text){ 0 };
	}
}
