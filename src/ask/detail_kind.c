/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The details of the kinds that have words of their own, but watch nothing.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ask/detail.h"
#include "base/scope.h"
#include "kernel/anonfd.h"
#include "kernel/bpfobject.h"
#include "kernel/fdline.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "kernel/signals.h"
#include "model/kind.h"
#include "scan/names.h"
#include "show/units.h"

void detail_eventfd(const struct detailing *detailing)
{
	struct eventfd eventfd;

	if (eventfd_parse(detailing->detailed->fdinfo, &eventfd))
		return;
	fprintf(detailing->out, "count %" PRIu64 "%s", eventfd.count,
		eventfd.semaphore ? ", semaphore" : "");
}

void detail_timerfd(const struct detailing *detailing)
{
	char buffer[UNITS_MAX];
	struct timerfd timer;

	if (timerfd_parse(detailing->detailed->fdinfo, &timer))
		return;
	const char *clock = timerfd_clock(timer.clock);
	if (clock)
		fputs(clock, detailing->out);
	else
		fprintf(detailing->out, "clock %d", timer.clock);
	if (timer.value_ns)
		fprintf(detailing->out, ", in %s", units_interval(buffer, timer.value_ns));
	else
		fputs(", disarmed", detailing->out);
	if (timer.value_ns && timer.interval_ns)
		fprintf(detailing->out, ", every %s", units_interval(buffer, timer.interval_ns));
	if (timer.ticks)
		fprintf(detailing->out, ", ran out %" PRIu64 " time%s unread", timer.ticks,
			units_plural(timer.ticks));
}

static void write_signals(const struct detailing *detailing, uint64_t mask)
{
	const char *before = "";

	for (int number = 1; number <= SIGNALS_LAST; number++) {
		char name[SIGNALS_NAME_MAX];

		if (!(mask >> (number - 1) & 1))
			continue;
		fprintf(detailing->out, "%sSIG%s", before, signals_name(name, number));
		before = " ";
	}
}

void detail_signalfd(const struct detailing *detailing)
{
	/* Nobody can catch these. */
	uint64_t never = UINT64_C(1) << (SIGKILL - 1) | UINT64_C(1) << (SIGSTOP - 1), mask;

	if (signalfd_parse(detailing->detailed->fdinfo, &mask))
		return;
	uint64_t without = ~(mask | never);
	if (!mask)
		fputs("no signal", detailing->out);
	else if (!without)
		fputs("all signals", detailing->out);
	else if (__builtin_popcountll(mask) <= 32)
		write_signals(detailing, mask);
	else {
		fputs("all signals but ", detailing->out);
		write_signals(detailing, without);
	}
}

static bool is_zombie(const struct source *source, unsigned int pid)
{
	char name[16], buffer[PIDSTAT_MAX];
	struct pidstat stat;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && pidstat_read(dir, buffer, &stat) == 0 && stat.state == 'Z';
}

static void write_process(const struct detailing *detailing, unsigned int pid)
{
	const struct source *source = detailing->context->source;
	struct text comm = names_comm(source, pid, detailing->arena);

	fputs("of ", detailing->out);
	detail_write(detailing, comm);
	fprintf(detailing->out, comm.len ? " (%u)" : "%u", pid);
	if (is_zombie(source, pid))
		fputs(", has ended, not yet waited for", detailing->out);
}

void detail_pidfd(const struct detailing *detailing)
{
	struct pidfd pidfd;

	if (pidfd_parse(detailing->detailed->fdinfo, &pidfd))
		return;
	switch (pidfd.state) {
	case PIDFD_KNOWN:
		write_process(detailing, pidfd.pid);
		return;
	case PIDFD_ENDED:
		fputs("has ended", detailing->out);
		return;
	case PIDFD_FOREIGN:
		fputs("of a process in another PID namespace", detailing->out);
		return;
	}
}

/** That no seal may be added is how a memfd is born (memfd_create(2)): alone it says nothing. */
static void write_seals(const struct detailing *detailing, unsigned int seals, const char *before)
{
	static const struct {
		unsigned int seal;
		const char *word;
	} words[] = {
		{ 0x0002, "shrink" },       /* F_SEAL_SHRINK, include/uapi/linux/fcntl.h */
		{ 0x0004, "grow" },         /* F_SEAL_GROW */
		{ 0x0008, "write" },        /* F_SEAL_WRITE */
		{ 0x0010, "future-write" }, /* F_SEAL_FUTURE_WRITE, Linux 5.1 */
		{ 0x0020, "exec" },         /* F_SEAL_EXEC, Linux 6.3 */
		{ 0x0001, "seal" },         /* F_SEAL_SEAL */
	};

	if (!(seals & ~1U))
		return;
	fprintf(detailing->out, "%ssealed: ", before);
	before = "";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (seals & words[i].seal) {
			fprintf(detailing->out, "%s%s", before, words[i].word);
			before = ", ";
		}
	}
}

/** "/memfd:NAME (deleted)" */
void detail_memfd(const struct detailing *detailing)
{
	static const char start[] = "/memfd:", end[] = " (deleted)";
	const struct open_file *file = detailing->detailed->file;
	struct text name = text_from(file->link, sizeof(start) - 1);
	unsigned int seals;

	if (text_ends(name, end))
		name.len -= sizeof(end) - 1;
	detail_write(detailing, name);
	if (memory_seals(detailing->context->source, file, &seals) == 0)
		write_seals(detailing, seals, name.len ? ", " : "");
}

static void write_bpf_name(const struct detailing *detailing, enum bpf_kind kind, uint32_t id)
{
	char name[BPF_NAME_MAX];

	if (bpf_name(kind, id, name) == 0 && name[0])
		fprintf(detailing->out, " %s", name);
}

void detail_bpf(const struct detailing *detailing)
{
	static const char *const words[] = {
		[BPF_KIND_PROG] = "prog",
		[BPF_KIND_MAP] = "map",
		[BPF_KIND_LINK] = "link",
		[BPF_KIND_BTF] = "btf",
	};
	struct bpf_object object;

	if (bpf_parse(detailing->detailed->fdinfo, &object)) {
		detail_write(detailing, text_from(detailing->detailed->file->link, 11));
		return;
	}
	fputs(words[object.kind], detailing->out);
	if (object.has_id)
		fprintf(detailing->out, " %" PRIu32, object.id);
	if (object.type.len)
		fputc(' ', detailing->out);
	detail_write(detailing, object.type);
	if (object.has_id)
		write_bpf_name(detailing, object.kind, object.id);
	if (object.kind == BPF_KIND_MAP)
		fprintf(detailing->out, ", at most %" PRIu64 " entr%s", object.max_entries,
			object.max_entries == 1 ? "y" : "ies");
	if (object.has_prog) {
		fprintf(detailing->out, ", prog %" PRIu32, object.prog);
		write_bpf_name(detailing, BPF_KIND_PROG, object.prog);
	}
}

/** "2 registered files", with what divides it from what was written before. */
static void write_count(const struct detailing *detailing, uint32_t count, const char *what,
			const char **before)
{
	if (!count)
		return;
	fprintf(detailing->out, "%s%" PRIu32 " %s%s", *before, count, what, units_plural(count));
	*before = ", ";
}

void detail_uring(const struct detailing *detailing)
{
	const char *before = "";
	struct uring ring;

	if (uring_parse(detailing->detailed->fdinfo, &ring))
		return;
	if (ring.has_queues) {
		fputs("room for ", detailing->out);
		write_count(detailing, ring.entries, "request", &before);
	}
	write_count(detailing, ring.submitted, "untaken request", &before);
	write_count(detailing, ring.completed, "unread answer", &before);
	write_count(detailing, ring.files, "registered file", &before);
	write_count(detailing, ring.buffers, "registered buffer", &before);
}

void detail_userfaultfd(const struct detailing *detailing)
{
	struct userfaultfd fault;

	if (userfaultfd_parse(detailing->detailed->fdinfo, &fault))
		return;
	if (!fault.total)
		fputs("nobody waits", detailing->out);
	else
		fprintf(detailing->out, "%" PRIu64 " fault%s to be answered, %" PRIu64 " not read",
			fault.total, units_plural(fault.total), fault.pending);
}

void detail_namespace(const struct detailing *detailing)
{
	const struct open_file *file = detailing->detailed->file;
	const struct source *source = detailing->context->source;
	struct text type;
	uint64_t number;
	char name[64];

	if (!kind_namespace(file->link, &type, &number))
		return;
	detail_write(detailing, type);
	fprintf(detailing->out, " %" PRIu64, number);
	snprintf(name, sizeof(name), "/proc/self/ns/%.*s", (int)type.len, type.bytes);
	if (procfile_namespace(AT_FDCWD, name) == number) {
		fputs(", ours", detailing->out);
		return;
	}
	snprintf(name, sizeof(name), "%u/ns/%.*s", file->handle.pid, (int)type.len, type.bytes);
	if (procfile_namespace(source->proc, name) == number)
		fputs(", its own", detailing->out);
}

void detail_queue(const struct detailing *detailing)
{
	const struct queue *queue = detailing->detailed->queue;
	char size[UNITS_MAX];

	if (!queue || !queue->has_count)
		return;
	fprintf(detailing->out, "%" PRIu64 " of %" PRIu64 " message%s waiting, %s each at most",
		queue->messages, queue->messages_max, units_plural(queue->messages_max),
		units_size(size, queue->message_bytes));
}

/** The master of a pseudo-terminal says which (pts(4)), a tun or tap which interface it is. */
void detail_device(const struct detailing *detailing)
{
	struct text fdinfo = detailing->detailed->fdinfo, value;

	if (fdline_find(fdinfo, "tty-index", &value)) {
		fputs("master of /dev/pts/", detailing->out);
		detail_write(detailing, value);
	} else if (fdline_find(fdinfo, "iff", &value)) {
		fputs("interface ", detailing->out);
		detail_write(detailing, value);
	} else {
		detail_raw(detailing);
	}
}
