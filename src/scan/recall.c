/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/recall.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/scope.h"
#include "scan/glance.h"

/** Bits of an fd_set that are looked at: FD_SETSIZE of select(2), which takes more by force only. */
enum { SET_BITS = 1024 };

/** Read all of it, or nothing. */
static bool read_at(int memory, uint64_t address, void *out, size_t size)
{
	return address && pread(memory, out, size, (off_t)address) == (ssize_t)size;
}

/** A path ends somewhere on its page, or goes on on the next, which may not be there. */
static void read_path(int memory, uint64_t at, char path[PATH_MAX])
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = 0;

	while (len < PATH_MAX - 1) {
		size_t rest = page - (size_t)((at + len) % page);
		ssize_t got;

		if (rest > PATH_MAX - 1 - len)
			rest = PATH_MAX - 1 - len;
		got = pread(memory, path + len, rest, (off_t)(at + len));
		if (got <= 0 || memchr(path + len, 0, (size_t)got))
			break;
		len += (size_t)got;
	}
	/* What has no end is no path. */
	if (!memchr(path, 0, PATH_MAX - 1))
		path[0] = 0;
}

static void read_time(int memory, uint64_t address, struct recall *out)
{
	struct timespec wait;

	if (!read_at(memory, address, &wait, sizeof(wait)) || wait.tv_sec < 0 ||
	    wait.tv_sec > INT64_MAX / 2000000000 || wait.tv_nsec < 0 || wait.tv_nsec > 999999999)
		return;
	out->has_timespec = true;
	out->timespec_ns = wait.tv_sec * 1000000000 + wait.tv_nsec;
}

static void add_polled(struct recall *out, int fd, short events)
{
	if (out->polled_count < RECALL_POLLED)
		out->polled[out->polled_count++] = (struct recall_polled){ fd, events };
	else
		out->polled_more++;
}

/** poll(2): a negative descriptor is passed over. */
static void read_list(int memory, uint64_t address, uint64_t count, struct recall *out)
{
	struct pollfd list[RECALL_POLLED];
	size_t read = count < RECALL_POLLED ? (size_t)count : RECALL_POLLED;

	if (!read)
		return;
	if (!read_at(memory, address, list, read * sizeof(*list))) {
		out->rc = -EFAULT;
		return;
	}
	for (size_t i = 0; i < read; i++) {
		if (list[i].fd >= 0)
			add_polled(out, list[i].fd, list[i].events);
	}
	out->polled_more = count - read;
}

/** select(2): to be read, to be written to, and what is out of band. */
static void read_sets(int memory, const uint64_t addresses[3], int count, struct recall *out)
{
	static const short events[] = { POLLIN, POLLOUT, POLLPRI };
	uint64_t sets[3][SET_BITS / 64] = { 0 };
	size_t bits = count < 0 ? 0 : count > SET_BITS ? SET_BITS : (size_t)count;

	for (size_t set = 0; set < 3; set++) {
		if (addresses[set] && bits &&
		    !read_at(memory, addresses[set], sets[set], (bits + 63) / 64 * 8))
			out->rc = -EFAULT;
	}
	for (size_t fd = 0; fd < bits; fd++) {
		short wanted = 0;

		for (size_t set = 0; set < 3; set++)
			wanted |= sets[set][fd / 64] >> fd % 64 & 1 ? events[set] : 0;
		if (wanted)
			add_polled(out, (int)fd, wanted);
	}
}

/** Behind the word, if it lies so, what the C library keeps about it. */
static void read_words(int memory, uint64_t address, struct recall *out)
{
	if (address % sizeof(uint32_t))
		return;
	if (read_at(memory, address, out->words, sizeof(out->words)))
		out->word_count = RECALL_WORDS;
	else if (read_at(memory, address, out->words, sizeof(uint32_t)))
		out->word_count = 1;
}

static bool wants_memory(const struct syscall_shape *shape)
{
	return shape->path >= 0 || shape->timespec >= 0 || shape->list >= 0 || shape->sets >= 0 ||
	       shape->word >= 0;
}

static void read_all(int memory, const struct syscall *call, const struct syscall_shape *shape,
		     struct recall *out)
{
	const uint64_t *arguments = call->arguments;

	if (shape->path >= 0)
		read_path(memory, arguments[shape->path], out->path);
	if (shape->timespec >= 0)
		read_time(memory, arguments[shape->timespec], out);
	if (shape->list >= 0)
		read_list(memory, arguments[shape->list], (uint32_t)arguments[shape->count], out);
	if (shape->sets >= 0)
		read_sets(memory, arguments + shape->sets, syscall_int(call, shape->count), out);
	if (shape->word >= 0)
		read_words(memory, arguments[shape->word], out);
}

static bool is_same(const struct syscall *call, const struct syscall *other)
{
	return call->where == other->where && call->number == other->number &&
	       !memcmp(call->arguments, other->arguments, sizeof(call->arguments));
}

void recall_read(int proc, unsigned int pid, unsigned int tid, const struct syscall *call,
		 struct recall *out)
{
	struct syscall_shape shape = syscall_shape(call->number);
	struct syscall now;
	char name[48];

	if (!wants_memory(&shape))
		return;
	snprintf(name, sizeof(name), "%u/task/%u/mem", pid, tid);
	scope_fd memory = openat(proc, name, O_RDONLY | O_CLOEXEC);
	if (memory < 0) {
		out->rc = -errno;
		return;
	}
	read_all(memory, call, &shape, out);
	/* What it is given next lies there already, perhaps. */
	if (glance_call(proc, pid, tid, &now) || !is_same(call, &now))
		*out = (struct recall){ .rc = -EAGAIN };
}
