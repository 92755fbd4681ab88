/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl tap: what is it writing?
 */
#include "cmd/tap_choose.h"
#include "cmd/tap_out.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/interrupt.h"
#include "base/scope.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "scan/names.h"
#include "show/echo.h"
#include "show/encode.h"
#include "show/style.h"

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
	SOON = 256 << 10, /**< bytes in the ring, after which it is looked again at once */
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
	struct tap_choice choice;
	struct tapping *tapping;
	struct pieces pieces;
	struct echo echo;
	struct interrupt interrupt;
	struct tap_out out;
};

static void tell_bytes(void *context, struct text bytes)
{
	struct tapped *tapped = context;

	if (tapped->out.dropped)
		tap_out_drop(&tapped->out, bytes.len);
	else if (tapped->echo.shown)
		echo_write(&tapped->echo, bytes);
	else
		tap_out_add(&tapped->out, bytes);
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
	case TAP_DROPPED:
		return "MSG_TRUNC";
	}
	return "a call";
}

static void tell_gap(void *context, const struct tap_gap *gap)
{
	struct tapped *tapped = context;
	FILE *out = tapped->out.file;

	if (tapped->out.dropped)
		return;
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
	fflush(out);
}

/** What is tapped, for people. */
static void tell_targets(struct tapped *tapped)
{
	static const char *const arrows[][2] = { { "->", "<-" }, { "→", "←" } };
	const struct tap_wish *wish = &tapped->choice.wish;
	const char *arrow = arrows[style_of(stderr).utf8][wish->reads];

	if (!isatty(STDERR_FILENO))
		return;
	fputs("procowl: tapping ", stderr);
	encode_shown(stderr, names_comm(&tapped->source, wish->pid, &tapped->arena));
	fprintf(stderr, " (%u):", wish->pid);
	for (unsigned int i = 0; i < wish->count; i++) {
		fprintf(stderr, "%s %u %s ", i ? "," : "", wish->fds[i], arrow);
		encode_shown(stderr, tapped->choice.links[i]);
	}
	fputs("; Ctrl-C ends it\n", stderr);
}

/** What is never seen is said at once: there will be no mark where it is missing. */
static void tell_mapped(const struct tapped *tapped)
{
	const struct tap_wish *wish = &tapped->choice.wish;
	unsigned int mapped = tap_mapped(tapped->tapping);

	for (unsigned int i = 0; i < wish->count; i++) {
		if (!(mapped >> i & 1))
			continue;
		fputs("procowl: ", stderr);
		encode_shown(stderr, tapped->choice.links[i]);
		fprintf(stderr, " is mapped into memory, too: what is %s there is not seen\n",
			wish->reads ? "read" : "written");
	}
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
	if (tapped->out.dropped)
		fprintf(stderr,
			"procowl: %" PRIu64 " bytes were left over: nobody read them in time\n",
			tapped->out.dropped);
}

/** What went through since, or a part of it: how many bytes in the ring. */
static size_t drain(struct tapped *tapped)
{
	size_t size = tap_drain(tapped->tapping, &tapped->pieces);

	tap_out_flush(&tapped->out);
	pieces_forget(&tapped->pieces);
	tap_free(tapped->tapping);
	return size;
}

/** What went through up to now is told, but not what comes while that is done. */
static void drain_rest(struct tapped *tapped)
{
	uint64_t lost = tap_lost(tapped->tapping);
	size_t left = tap_waiting(tapped->tapping), size;

	while (left && !tapped->out.failed && (size = drain(tapped)))
		left -= size < left ? size : left;
	pieces_end(&tapped->pieces, lost);
	echo_end(&tapped->echo);
	tap_out_flush(&tapped->out);
	pieces_forget(&tapped->pieces);
}

/** Until nobody has it open any more, or somebody asks to stop. */
static int tap(struct tapped *tapped, struct error *err)
{
	struct tap_out *out = &tapped->out;
	bool soon = false, gone = false;

	while (!out->asked && !out->failed && !gone) {
		/* Whoever wrote before it was gone did so before the last look. */
		gone = tap_is_over(tapped->tapping);
		tap_out_wait(out, soon || gone ? 0 : INTERVAL_MS);
		if (out->gone)
			tap_out_reader_gone(out);
		else if (!gone && !out->asked)
			soon = drain(tapped) >= SOON;
	}
	if (!out->failed)
		drain_rest(tapped);
	if (out->failed)
		return error_set(err, -out->failed, "cannot write the answer: %s",
				 strerror(out->failed));
	return 0;
}

static bool went_through(const struct pieces *pieces)
{
	return pieces->told_bytes || pieces->lost_bytes || pieces->hidden_bytes ||
	       pieces->unseen_bytes;
}

/** With signals blocked. */
static enum status tap_and_tell(struct tapped *tapped, struct error *err)
{
	enum status status = STATUS_USAGE;
	int signals = interrupt_fd();

	if (tap_out_begin(&tapped->out, signals)) {
		tapped->echo = (struct echo){ .out = tapped->out.file,
					      .shown = isatty(STDOUT_FILENO) &&
						       !tapped->invocation->tap.escapes };
		if (tap(tapped, err) == 0) {
			tell_sums(tapped);
			status = went_through(&tapped->pieces) ? STATUS_ANSWERED : STATUS_NOTHING;
		}
		tap_out_end(&tapped->out);
	}
	close(signals);
	return status;
}

static enum status begin(struct tapped *tapped, struct error *err)
{
	const struct pieces_reader reader = { tapped, tell_bytes, tell_gap };
	struct tap_wish *wish = &tapped->choice.wish;
	struct stat stat;

	wish->passed_on = isatty(STDOUT_FILENO) ||
			  (fstat(STDOUT_FILENO, &stat) == 0 && S_ISFIFO(stat.st_mode));
	if (tap_begin(wish, &tapped->tapping, err))
		return STATUS_USAGE;
	if (tap_choice_holds(&tapped->choice, err)) {
		tap_end(tapped->tapping);
		return STATUS_USAGE;
	}
	tell_targets(tapped);
	tell_mapped(tapped);
	pieces_begin(&tapped->pieces, &reader);
	interrupt_begin(&tapped->interrupt);
	enum status status = tap_and_tell(tapped, err);
	interrupt_end(&tapped->interrupt);
	tap_end(tapped->tapping);
	return status;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct tapped tapped = { .invocation = invocation };
	enum status status = STATUS_USAGE;

	if (source_procfs(NULL, &tapped.source, err))
		return STATUS_USAGE;
	arena_init(&tapped.arena);
	int rc = tap_choose(invocation, &tapped.source, &tapped.arena, &tapped.choice, err);
	if (rc == -ESRCH)
		status = STATUS_NOTHING;
	else if (rc == -EACCES || rc == -EPERM)
		status = STATUS_PARTLY_UNSEEN;
	if (!rc)
		status = begin(&tapped, err);
	tap_choice_end(&tapped.choice);
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
