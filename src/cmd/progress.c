/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl progress: how far is it? A table of two looks; on a terminal, or as a stream of JSON lines, one
 * look after the other until all has ended.
 */
#include "ask/progress.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "act/interrupt.h"
#include "base/clock.h"
#include "base/scope.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "cmd/progress_show.h"
#include "sql/filter.h"

static const struct argp_option options[] = {
	{ "once", OPTION_ONCE, NULL, 0, "one answer, of two looks, as a table", 0 },
	{ "interval", OPTION_INTERVAL, "SECONDS", 0, "how long from look to look; usually 1", 0 },
	{ 0 },
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	switch (key) {
	case OPTION_ONCE:
		invocation->once = true;
		return 0;
	case OPTION_INTERVAL:
		return options_interval(invocation, value, err);
	default:
		return -ENOENT;
	}
}

/** Looks that go on, and what is made of each. */
struct going {
	const struct invocation *invocation;
	struct source source;
	struct outcome outcome;
	struct progress progress;
	struct filter *filter;
	struct bars *bars; /**< NULL: lines of JSON */
	struct interrupt interrupt;
	int signals; /**< readable once somebody asks to stop */
	int64_t interval_ns;
	int64_t told_ns; /**< when something was told last, or it began */
	bool answered, stopped;
	char *last; /**< what to say of who ended; malloc */
	size_t last_len;
	int written; /**< 0, or why the output was not taken */
};

static struct inquiry inquiry_of(const struct going *going)
{
	const struct invocation *invocation = going->invocation;

	return (struct inquiry){
		.source = &going->source,
		.targets = invocation->targets,
		.target_count = invocation->target_count,
		.words_are_processes = true,
		.program = invocation->program,
		.line = invocation->line,
	};
}

/** One look's rows; sorted and limited among themselves. */
static int print_rows(struct going *going)
{
	const struct progress *progress = &going->progress;
	struct sink_options output = going->invocation->output;
	struct sink *sink =
		sink_begin(&progress_table, &going->invocation->selection, &output, stdout);

	if (going->filter) {
		struct sink_filter asked = filter_of(going->filter);

		sink_filter(sink, &asked);
	}
	for (size_t i = 0; i < progress->told_count; i++) {
		if (!sink_push(sink, &progress->told[i].row))
			break;
	}
	going->answered |= sink_count(sink) > 0;
	return sink_end(sink);
}

/** Once they have ended it cannot be told any more. */
static void remember(struct going *going)
{
	free(going->last);
	FILE *out = open_memstream(&going->last, &going->last_len);
	if (!out)
		memory_out();
	progress_last_seen(&going->progress, out);
	if (fclose(out))
		memory_out();
}

static void show(struct going *going)
{
	bool any = going->progress.told_count > 0;

	if (going->bars && any) {
		going->answered = true;
		remember(going);
		progress_show(&going->progress, going->bars);
	} else if (!going->bars) {
		going->written = print_rows(going);
	}
}

/** False: asked to stop meanwhile. */
static bool wait_until(struct going *going, int64_t moment_ns)
{
	struct pollfd poll_fd = { .fd = going->signals, .events = POLLIN };

	for (;;) {
		int64_t left_ns = moment_ns - clock_ns(CLOCK_MONOTONIC);
		struct timespec left = { .tv_sec = left_ns / CLOCK_SECOND_NS,
					 .tv_nsec = left_ns % CLOCK_SECOND_NS };

		if (left_ns <= 0)
			left = (struct timespec){ 0 };
		int rc = ppoll(&poll_fd, 1, &left, NULL);
		if (rc > 0)
			going->stopped |= interrupt_asked(&going->interrupt);
		if (rc >= 0 || errno != EINTR)
			return !going->stopped;
	}
}

/** So long nothing may move: who copies many small files has none open now and then. */
static const int64_t PATIENCE_NS = INT64_C(1500000000);

/** Whether there is nothing more to come: who moved is gone, or nothing has for a while. */
static bool is_over(struct going *going)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (going->progress.told_count) {
		going->told_ns = now_ns;
		return false;
	}
	if (going->answered && !progress_any_lives(&going->progress))
		return true;
	return now_ns - going->told_ns >= PATIENCE_NS;
}

/** Until nothing is left that moves or stands, or somebody asks to stop. */
static int go_on(struct going *going, struct error *err)
{
	int64_t next_ns = clock_ns(CLOCK_MONOTONIC), now_ns;

	going->told_ns = next_ns;
	int rc = progress_look(&going->progress, err);

	/* A first answer comes soon; the rates get better. */
	for (unsigned int look = 1; !rc; look++) {
		next_ns += look == 1 ? going->interval_ns / 4 : going->interval_ns;
		now_ns = clock_ns(CLOCK_MONOTONIC);
		next_ns = next_ns > now_ns ? next_ns : now_ns;
		if (!wait_until(going, next_ns))
			return 0;
		rc = progress_look(&going->progress, err);
		if (rc)
			return rc;
		show(going);
		if (going->written || (is_over(going) && look > 1))
			return 0;
	}
	return rc;
}

static void end(struct going *going)
{
	progress_explain(&going->progress);
	if (going->bars && going->answered) {
		/* What was drawn last stays, unless it has all ended. */
		if (!going->progress.told_count) {
			bars_clear(going->bars);
			printf("All of it has ended.\n%s", going->last);
		}
	} else if (going->bars) {
		progress_headline(&going->progress, stdout);
	}
	going->outcome.rows += going->answered;
	listing_warn(going->invocation, &going->outcome, going->answered);
}

static enum status go(struct going *going, struct error *err)
{
	struct inquiry inquiry = inquiry_of(going);
	int rc = progress_begin(&inquiry, &going->outcome, &going->progress, err);

	if (!rc)
		rc = go_on(going, err);
	if (!rc && going->filter)
		rc = filter_error(going->filter, err);
	if (!rc)
		end(going);
	progress_end(&going->progress);
	free(going->last);
	if (rc)
		return STATUS_USAGE;
	if (going->stopped && !going->answered && !going->outcome.no_process)
		return STATUS_INTERRUPTED;
	return listing_status(&going->outcome);
}

/** Nothing has to be cleaned up when the terminal goes. */
static void hear_hangup(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static enum status run_on(const struct invocation *invocation, struct bars *bars, struct error *err)
{
	int64_t interval_ns = invocation->ps.interval_ns;
	struct going going = { .invocation = invocation,
			       .bars = bars,
			       .interval_ns = interval_ns ? interval_ns : CLOCK_SECOND_NS };

	if (invocation->filter &&
	    filter_begin(&question_progress, text_of(invocation->filter), &going.filter, err))
		return STATUS_USAGE;
	if (listing_source(invocation, &going.source, err)) {
		filter_end(going.filter);
		return STATUS_USAGE;
	}
	interrupt_begin(&going.interrupt);
	hear_hangup();
	scope_fd signals = interrupt_fd();
	going.signals = signals;
	enum status status = go(&going, err);
	interrupt_end(&going.interrupt);
	source_close(&going.source);
	filter_end(going.filter);
	return status;
}

/** Bars are for who looks on: columns, a filter or a limit ask for a table. */
static bool is_live(const struct invocation *invocation)
{
	const char *terminal = getenv("TERM");

	return !invocation->once && invocation->output.format == FORMAT_TEXT &&
	       !invocation->columns_chosen && !invocation->filter && !invocation->output.limit &&
	       invocation->selection.sort < 0 && !invocation->output.render.no_header &&
	       !invocation->output.render.bytes && isatty(STDOUT_FILENO) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

/** Lines that come again and again say when. */
static void add_time(struct invocation *invocation, struct error *err)
{
	if (invocation->columns_chosen)
		return;
	select_columns(&progress_table, text_of("+time"), &invocation->selection, err);
	memset(invocation->selection.asked, false, sizeof(invocation->selection.asked));
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct bars bars;

	if (is_live(invocation)) {
		bars_init(&bars, stdout);
		return run_on(invocation, &bars, err);
	}
	if (invocation->output.format == FORMAT_JSONL && !invocation->once) {
		add_time(invocation, err);
		return run_on(invocation, NULL, err);
	}
	return listing_run(invocation, &question_progress, err);
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[96] = "for f in /proc/[0-9]*/fdinfo/*; do echo $f $(head -n 1 $f); done";

	if (invocation->target_count && invocation->targets[0].kind == TARGET_PROCESS)
		snprintf(recipe, sizeof(recipe),
			 "grep pos: /proc/%u/fdinfo/*; stat -Lc '%%s %%n' "
			 "/proc/%u/fd/*",
			 invocation->targets[0].pid, invocation->targets[0].pid);
	command_recipe(out, recipe,
		       "/proc/PID/fdinfo/N says where the next read begins: proc_pid_fdinfo(5)",
		       "calls that copy for minutes, as cp does; pread and mappings; pipelines; "
		       "rate and time left");
}

const struct command command_progress = {
	.name = "progress",
	.group = "as it happens",
	.asks = "how far is it?",
	.usage = "[TARGET…]",
	.details =
		"On a terminal a bar for each transfer, until all have ended; else, and with --once, a\n"
		"table. A TARGET is a process (4076), processes by name (@nginx, nginx, 'php*'), one open\n"
		"file (4076:7), or a file or directory. Without one: everything that moves.\n",
	.table = &progress_table,
	.options = options,
	.shared = options_listing,
	.take = take,
	.run = run,
	.how = how,
};
