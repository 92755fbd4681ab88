/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl tap: what is it writing?
 */
#include "scan/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "act/interrupt.h"
#include "base/scope.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "kernel/procfile.h"
#include "kernel/task.h"
#include "scan/names.h"
#include "show/echo.h"
#include "show/encode.h"

/* clang-format off */
static const struct argp_option options[] = {
	{ "read",    OPTION_READ,    NULL, 0, "what it reads: of descriptor 0, if none is named", 0 },
	{ "escapes", OPTION_ESCAPES, NULL, 0, "let the terminal do what the bytes say, and not show them escaped", 0 },
	{ "how",     OPTION_HOW,     NULL, 0, "show how it is done by hand", 0 },
	{ "help",    OPTION_HELP,    NULL, 0, "show this", 0 },
	{ 0 },
};
/* clang-format on */

enum {
	INTERVAL_MS = 10,
	SOON = 1 << 20,       /**< bytes in the ring, after which it is looked again at once */
	OUT_SIZE = 256 << 10, /**< our buffer */
	LINK_MAX = 4096,
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	switch (key) {
	case OPTION_READ:
		invocation->tap.reads = true;
		return 0;
	case OPTION_ESCAPES:
		invocation->tap.escapes = true;
		return 0;
	}
	return -ENOENT;
}

/** All that one call of the command works on. */
struct tapped {
	const struct invocation *invocation;
	struct source source;
	struct arena arena;
	struct tap_wish wish;
	struct text links[TAP_FILES]; /**< where they lead */
	struct tapping *tapping;
	struct pieces pieces;
	struct echo echo;
	struct interrupt interrupt;
	int signals;
	bool one_by_one; /**< our output is a pipe: whoever reads it may stop */
	int failed;      /**< errno, once our output cannot be written to */
	bool over;
};

static int find_named(struct tapped *tapped, struct text name, struct error *err)
{
	const char *program = tapped->invocation->program;
	unsigned int *pids;
	size_t count;
	int rc = names_find(&tapped->source, name, &tapped->arena, &pids, &count);

	if (rc)
		return error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc));
	if (!count)
		return error_set(err, -ESRCH, "no process is called %.*s", (int)name.len,
				 name.bytes);
	if (count > 1)
		return error_set(err, -EINVAL,
				 "%zu processes are called %.*s; tap one of them:\n  %s ps %.*s\n"
				 "  %s tap %u",
				 count, (int)name.len, name.bytes, program, (int)name.len,
				 name.bytes, program, pids[0]);
	tapped->wish.pid = pids[0];
	return 0;
}

static int find_target(struct tapped *tapped, const struct target *target, struct error *err)
{
	struct tap_wish *wish = &tapped->wish;

	switch (target->kind) {
	case TARGET_PROCESS:
		wish->pid = target->pid;
		return 0;
	case TARGET_HANDLE:
		if (target->handle.use != USE_FD)
			break;
		wish->pid = target->handle.pid;
		wish->tid = target->handle.tid;
		wish->fds[0] = target->handle.fd;
		wish->count = 1;
		return 0;
	case TARGET_NAME:
		return find_named(tapped, target->name, err);
	case TARGET_WORD:
		return find_named(tapped, target->text, err);
	case TARGET_PATH:
	case TARGET_PORT:
		return error_set(
			err, -EINVAL,
			"tap takes a process or a descriptor; who has this one: %s who %.*s",
			tapped->invocation->program, (int)target->text.len, target->text.bytes);
	}
	return error_set(err, -EINVAL, "nothing is written to %.*s", (int)target->text.len,
			 target->text.bytes);
}

/** "4076/fd/1", or a thread's. */
static const char *link_name(char ret[48], const struct tap_wish *wish, unsigned int fd)
{
	if (wish->tid)
		snprintf(ret, 48, "%u/task/%u/fd/%u", wish->pid, wish->tid, fd);
	else
		snprintf(ret, 48, "%u/fd/%u", wish->pid, fd);
	return ret;
}

/** Is it a terminal? A copy of the descriptor knows, and nothing has to be opened for it. */
static int ask_terminal(const struct tap_wish *wish, unsigned int fd, enum tap_terminal *ret)
{
	unsigned int number;
	struct termios settings;

	scope_fd pidfd = wish->tid ? task_pidfd_thread(wish->tid) : task_pidfd(wish->pid);
	if (pidfd < 0)
		return pidfd;
	scope_fd copy = task_getfd(pidfd, fd);
	if (copy < 0)
		return copy;
	if (ioctl(copy, TIOCGPTN, &number) == 0)
		*ret = TAP_MASTER;
	else
		*ret = tcgetattr(copy, &settings) == 0 ? TAP_TERMINAL : TAP_NO_TERMINAL;
	return 0;
}

/** -ENOENT: it is not open. */
static int look_at(struct tapped *tapped, unsigned int fd, unsigned int to, struct error *err)
{
	struct tap_wish *wish = &tapped->wish;
	char name[48], bytes[LINK_MAX];
	struct text link;
	struct stat stat;
	int rc = procfile_link(tapped->source.proc, link_name(name, wish, fd), bytes, sizeof(bytes),
			       &link);

	if (rc == -EACCES || rc == -EPERM)
		return error_set(err, rc, "process %u is not yours to look into; run as root",
				 wish->pid);
	if (rc)
		return error_set(err, -ENOENT, "process %u has no descriptor %u", wish->pid, fd);
	wish->terminals[to] = TAP_NO_TERMINAL;
	if (fstatat(tapped->source.proc, name, &stat, 0) == 0 && S_ISCHR(stat.st_mode))
		rc = ask_terminal(wish, fd, &wish->terminals[to]);
	if (rc)
		return error_set(err, rc, "cannot look at descriptor %u of process %u: %s", fd,
				 wish->pid, strerror(-rc));
	wish->fds[to] = fd;
	tapped->links[to] = arena_text(&tapped->arena, link);
	return 0;
}

/** Without a descriptor: of 1 and 2 those that are open, or 0. */
static int look_at_usual(struct tapped *tapped, struct error *err)
{
	struct tap_wish *wish = &tapped->wish;
	unsigned int first = wish->reads ? 0 : 1, last = wish->reads ? 0 : 2;
	int rc = -ENOENT;

	for (unsigned int fd = first; fd <= last; fd++) {
		rc = look_at(tapped, fd, wish->count, err);
		if (rc && rc != -ENOENT)
			return rc;
		wish->count += rc == 0;
	}
	if (wish->count) {
		*err->message = 0;
		return 0;
	}
	return error_set(err, rc, "process %u has no standard %s; what it has open: %s files %u",
			 wish->pid, wish->reads ? "input" : "output or error",
			 tapped->invocation->program, wish->pid);
}

static int understand(struct tapped *tapped, struct error *err)
{
	const struct invocation *invocation = tapped->invocation;
	struct tap_wish *wish = &tapped->wish;

	if (invocation->target_count != 1)
		return error_set(err, -EINVAL,
				 "tap what? one process, or one of its descriptors\n  %s tap 4076\n"
				 "  %s tap 4076:7",
				 invocation->program, invocation->program);
	*wish = (struct tap_wish){ .source = &tapped->source, .reads = invocation->tap.reads };
	int rc = find_target(tapped, &invocation->targets[0], err);
	if (rc)
		return rc;
	if (!names_exists(&tapped->source, wish->pid))
		return error_set(err, -ENOENT, "process %u does not exist (any more)", wish->pid);
	return wish->count ? look_at(tapped, wish->fds[0], 0, err) : look_at_usual(tapped, err);
}

/** Somebody asks us to stop: which signal it was is the same to us. */
static void hear(struct tapped *tapped)
{
	struct signalfd_siginfo info;

	while (read(tapped->signals, &info, sizeof(info)) == sizeof(info))
		tapped->over = true;
}

/** Our output may be a pipe that nobody reads for now: then who asks us to stop is still heard. */
static bool wait_for_room(struct tapped *tapped)
{
	struct pollfd polled[] = { { .fd = STDOUT_FILENO, .events = POLLOUT },
				   { .fd = tapped->signals, .events = POLLIN } };

	while (poll(polled, 2, -1) < 0 && errno == EINTR)
		;
	if (!polled[1].revents)
		return true;
	hear(tapped);
	return polled[0].revents;
}

/** The last step of our output: into a pipe as much at a time as there is room for at once. */
static ssize_t write_out(void *cookie, const char *bytes, size_t size)
{
	struct tapped *tapped = cookie;
	size_t done = 0;

	while (done < size) {
		size_t step = size - done;

		if (tapped->one_by_one) {
			step = step < TAP_PAGE ? step : TAP_PAGE;
			if (!wait_for_room(tapped))
				return 0;
		}
		ssize_t wrote = write(STDOUT_FILENO, bytes + done, step);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0) {
			tapped->failed = errno;
			return 0;
		}
		done += (size_t)wrote;
	}
	return (ssize_t)done;
}

static void tell_bytes(void *context, struct text bytes)
{
	struct tapped *tapped = context;

	echo_write(&tapped->echo, bytes);
}

static const char *way_name(enum tap_way way)
{
	switch (way) {
	case TAP_CALLED:
		break;
	case TAP_SENDFILE:
		return "sendfile";
	case TAP_SPLICE:
		return "splice";
	case TAP_TEE:
		return "tee";
	case TAP_COPY:
		return "copy_file_range";
	case TAP_BY_RING:
		return "io_uring";
	}
	return "a call";
}

static void tell_gap(void *context, const struct tap_gap *gap)
{
	struct tapped *tapped = context;
	FILE *out = tapped->echo.out;

	echo_end(&tapped->echo);
	if (gap->why & TAP_HIDDEN) {
		fprintf(out, "[%" PRIu64 " bytes typed without echo]", gap->bytes);
	} else if (gap->why & TAP_UNSEEN) {
		fprintf(out, "[%" PRIu64 " bytes", gap->bytes);
		if (gap->path.len) {
			fputs(" from ", out);
			encode_shown(out, gap->path);
		}
		fprintf(out, ", not seen: %s]", way_name(gap->way));
	} else {
		fprintf(out, "[%" PRIu64 " bytes lost]", gap->bytes);
	}
}

/** What is tapped, for people. */
static void tell_targets(struct tapped *tapped)
{
	const struct tap_wish *wish = &tapped->wish;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("procowl: tapping ", stderr);
	encode_shown(stderr, names_comm(&tapped->source, wish->pid, &tapped->arena));
	fprintf(stderr, " (%u):", wish->pid);
	for (unsigned int i = 0; i < wish->count; i++) {
		fprintf(stderr, "%s %u %s ", i ? "," : "", wish->fds[i], wish->reads ? "←" : "→");
		encode_shown(stderr, tapped->links[i]);
	}
	putc('\n', stderr);
}

/** Missing is missing for programs too, so it is said wherever the bytes go. */
static void tell_sums(const struct tapped *tapped)
{
	const struct pieces *pieces = &tapped->pieces;

	if (pieces->lost_bytes)
		fprintf(stderr,
			"procowl: %" PRIu64 " of %" PRIu64
			" bytes were lost: they came faster than they could be told, or were not in "
			"memory\n",
			pieces->lost_bytes, pieces->lost_bytes + pieces->told_bytes);
	if (pieces->unseen_bytes)
		fprintf(stderr,
			"procowl: %" PRIu64
			" bytes were not seen: they did not come by its memory\n",
			pieces->unseen_bytes);
}

static bool drain(struct tapped *tapped, bool last)
{
	size_t size = tap_drain(tapped->tapping, &tapped->pieces);

	if (last)
		pieces_end(&tapped->pieces, tap_lost(tapped->tapping));
	if (last)
		echo_end(&tapped->echo);
	fflush(tapped->echo.out);
	return size >= SOON;
}

/** Until nobody has it open any more, or somebody asks to stop; what went through up to then is told. */
static int tap(struct tapped *tapped, struct error *err)
{
	struct pollfd polled = { .fd = tapped->signals, .events = POLLIN };
	bool soon = false;

	while (!tapped->over && !tapped->failed) {
		bool gone = tap_is_over(tapped->tapping);

		if (poll(&polled, 1, soon || gone ? 0 : INTERVAL_MS) > 0)
			hear(tapped);
		tapped->over |= gone;
		soon = drain(tapped, tapped->over);
	}
	if (tapped->failed)
		return error_set(err, -tapped->failed, "cannot write the answer: %s",
				 strerror(tapped->failed));
	return 0;
}

static enum status begin(struct tapped *tapped, struct error *err)
{
	const struct pieces_reader reader = { tapped, tell_bytes, tell_gap };
	struct stat stat;
	enum status status = STATUS_USAGE;

	if (tap_begin(&tapped->wish, &tapped->tapping, err))
		return STATUS_USAGE;
	tell_targets(tapped);
	pieces_begin(&tapped->pieces, &reader);
	interrupt_begin(&tapped->interrupt);
	tapped->signals = interrupt_fd();
	tapped->one_by_one = fstat(STDOUT_FILENO, &stat) == 0 && S_ISFIFO(stat.st_mode);
	FILE *out = fopencookie(tapped, "w", (cookie_io_functions_t){ .write = write_out });
	if (out) {
		setvbuf(out, NULL, _IOFBF, OUT_SIZE);
		tapped->echo = (struct echo){ .out = out,
					      .shown = isatty(STDOUT_FILENO) &&
						       !tapped->invocation->tap.escapes };
		if (tap(tapped, err) == 0) {
			tell_sums(tapped);
			status = tapped->pieces.told_bytes || tapped->pieces.lost_bytes ||
						 tapped->pieces.hidden_bytes ||
						 tapped->pieces.unseen_bytes ?
					 STATUS_ANSWERED :
					 STATUS_NOTHING;
		}
		fclose(out);
	}
	close(tapped->signals);
	interrupt_end(&tapped->interrupt);
	tap_end(tapped->tapping);
	return status;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct tapped tapped = { .invocation = invocation, .signals = -1 };
	enum status status = STATUS_USAGE;

	if (source_procfs(NULL, &tapped.source, err))
		return STATUS_USAGE;
	arena_init(&tapped.arena);
	int rc = understand(&tapped, err);
	if (rc == -ESRCH)
		status = STATUS_NOTHING;
	else if (rc == -EACCES || rc == -EPERM)
		status = STATUS_PARTLY_UNSEEN;
	if (!rc)
		status = begin(&tapped, err);
	arena_end(&tapped.arena);
	source_close(&tapped.source);
	return status;
}

static void how(const struct invocation *invocation, FILE *out)
{
	const struct handle *handle = command_handle(invocation);
	const char *call = invocation->tap.reads ? "read" : "write";
	char recipe[160];

	if (handle)
		snprintf(recipe, sizeof(recipe), "strace -f -e trace=%s -e %s=%u -p %u", call, call,
			 handle->fd, handle->pid);
	else if (invocation->target_count && invocation->targets[0].kind == TARGET_PROCESS)
		snprintf(recipe, sizeof(recipe), "strace -f -e trace=%s -e %s=%s -p %u", call, call,
			 invocation->tap.reads ? "0" : "1,2", invocation->targets[0].pid);
	else
		snprintf(recipe, sizeof(recipe), "strace -f -e trace=%s -e %s=%s -p PID", call,
			 call, invocation->tap.reads ? "0" : "1,2");
	command_recipe(
		out, recipe, "ptrace(2) stops a process at each call, where its memory can be read",
		"stops nobody; the bytes themselves, by all calls, of all who share the file");
}

const struct command command_tap = {
	.name = "tap",
	.group = "as it happens",
	.asks = "what is it writing?",
	.usage = "PID[:FD]",
	.details =
		"What it writes to standard output and standard error, or to descriptor FD, byte for\n"
		"byte, wherever it goes, by all threads and processes that share the open file. Nobody\n"
		"is stopped. What is missing is marked: [4096 bytes lost]. Ends when the file is closed\n"
		"by all of them, or with Ctrl-C.\n",
	.options = options,
	.take = take,
	.run = run,
	.how = how,
};
