/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl watch: which files are opened, right now?
 */
#include "ask/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act/interrupt.h"
#include "cmd/launch.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "cmd/tap_out.h"
#include "cmd/watch_wish.h"
#include "model/event.h"
#include "scan/names.h"
#include "scan/paths.h"
#include "show/encode.h"
#include "sql/filter.h"

/* clang-format off */
static const struct argp_option options[] = {
	{ "below",        OPTION_BELOW,        "DIR",  0, "only what lies in this directory or below it", 0 },
	{ "failed",       OPTION_FAILED,       NULL,   0, "only what fails", 0 },
	{ "writes",       OPTION_WRITES,       NULL,   0, "only what is opened for writing, renamed or deleted", 0 },
	{ "no-children",  OPTION_NO_CHILDREN,  NULL,   0, "not what children of the processes do", 0 },
	{ "user",         'u',                 "USER", 0, "run COMMAND as this user", 0 },
	{ "columns",      'o',                 "LIST", 0, "columns to show, with commas; +LIST adds to the usual, all is all", 0 },
	{ "filter",       'Q',                 "EXPR", 0, "only rows of which this SQL expression is true: fd > 2", 0 },
	{ "limit",        OPTION_LIMIT,        "N",    0, "end after N rows", 0 },
	{ "json",         'J',                 NULL,   0, "one JSON array of objects", 0 },
	{ "jsonl",        OPTION_JSONL,        NULL,   0, "one JSON object a line", 0 },
	{ "raw",          'r',                 NULL,   0, "tab-separated, escaped", 0 },
	{ "no-header",    'n',                 NULL,   0, "no line of column names", 0 },
	{ "list-columns", OPTION_LIST_COLUMNS, NULL,   0, "show what columns there are", 0 },
	{ "how",          OPTION_HOW,          NULL,   0, "show how it is done by hand", 0 },
	{ "source",       OPTION_SOURCE,       "SOURCE", 0, "how to look: bpf, or fanotify or procfs, which see less", 0 },
	{ "verbose",      OPTION_VERBOSE,      NULL,   0, "say which source is used", 0 },
	{ "help",         OPTION_HELP,         NULL,   0, "show this", 0 },
	{ 0 },
};
/* clang-format on */

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	struct watch_options *watch = &invocation->watch;

	(void)err;
	switch (key) {
	case OPTION_BELOW:
		watch->below = value;
		return 0;
	case OPTION_FAILED:
		watch->failed = true;
		return 0;
	case OPTION_WRITES:
		watch->writes = true;
		return 0;
	case OPTION_NO_CHILDREN:
		watch->no_children = true;
		return 0;
	case 'u':
		watch->user = value;
		return 0;
	}
	return -ENOENT;
}

/** All that one call of the command works on. */
struct watching {
	const struct invocation *invocation;
	struct source source;
	struct watch_wish asked;
	struct watch_session session;
	struct launch launch;
	struct interrupt interrupt;
	struct filter *filter;
	struct tap_out out;
	bool launched;
	bool ending; /**< the watcher was told to stop */
	bool over;   /**< what was seen up to now is told, and nothing after it */
};

/** Which source it is that sees less, what it misses, and how to have a better one. */
static void tell_source(const struct watching *watching, const struct error *reason)
{
	const struct watcher *watcher = &watching->session.watcher;

	if (watcher->misses)
		fprintf(stderr, "procowl: watching through %s, which misses %s%s%s%s%s\n",
			watcher->name, watcher->misses, *reason->message ? " (bpf: " : "",
			reason->message, *reason->message ? ")" : "",
			geteuid() != 0 && *reason->message ? "; run as root" : "");
	else if (watching->invocation->verbose)
		fprintf(stderr, "procowl: source %s\n", watcher->name);
}

/** Lost is lost for programs too, so it is said wherever the rows go. */
static void tell_lost(const struct watching *watching)
{
	const struct watcher *watcher = &watching->session.watcher;
	uint64_t lost = watcher->lost;

	if (watching->out.gave_up)
		fprintf(stderr, "procowl: interrupted before all that was seen was told\n");
	if (lost)
		fprintf(stderr, "procowl: %llu event%s lost: more happened than could be told\n",
			(unsigned long long)lost, lost == 1 ? " was" : "s were");
	if (watcher->lost_more)
		fputs("procowl: events were lost, and nobody knows how many: more happened than "
		      "could be told\n",
		      stderr);
}

static void reap(struct watching *watching)
{
	struct pollfd ended = { .fd = watching->launch.ended, .events = POLLIN };

	if (!watching->launched || watching->launch.pid <= 0 || poll(&ended, 1, 0) <= 0)
		return;
	watching->session.exit_status = launch_status(&watching->launch);
	watching->over = true;
}

/** A signal from the terminal reaches the command as well; one that was sent to us alone is passed on. */
static void pass_on(void *context, const struct signalfd_siginfo *info)
{
	struct watching *watching = context;
	struct tap_out *out = &watching->out;

	out->gave_up |= watching->over;
	/* While nobody reads what we write, its end may have been left unseen. */
	reap(watching);
	watching->over |= !watching->launched || watching->interrupt.asked;
	out->asked = watching->over;
	watching->interrupt.asked = true;
	if (watching->launched && info->ssi_code <= 0 && watching->launch.pid > 0)
		kill(watching->launch.pid, (int)info->ssi_signo);
}

/** Wait until it is time to look again, which may be at once. */
static void wait_a_while(struct watching *watching)
{
	const struct watcher *watcher = &watching->session.watcher;
	/* A descriptor of -1 is passed over. */
	struct pollfd polled[] = { { .fd = watching->out.signals, .events = POLLIN },
				   { .fd = watching->launch.ended, .events = POLLIN },
				   { .fd = STDOUT_FILENO },
				   { .fd = watcher->wakes, .events = POLLIN } };

	if (poll(polled, sizeof(polled) / sizeof(polled[0]),
		 watcher->more || watching->over ? 0 : watcher->interval_ms) <= 0)
		return;
	if (polled[0].revents)
		tap_out_hear(&watching->out);
	if (polled[2].revents & (POLLERR | POLLHUP))
		tap_out_reader_gone(&watching->out);
	reap(watching);
}

/** True: what is told next is the rest. */
static bool is_over(struct watching *watching)
{
	struct watcher *watcher = &watching->session.watcher;
	bool before = watching->ending;

	watching->ending |= watching->over || (!watching->launched && watcher->is_over(watcher));
	if (watching->ending && !before)
		watcher->stop(watcher);
	return watching->ending;
}

/** Write what was told. 0, or -errno and a message. */
static int flush(struct watching *watching, struct error *err)
{
	const struct tap_out *out = &watching->out;

	tap_out_flush(&watching->out);
	return out->failed ? error_set(err, -out->failed, "cannot write the answer: %s",
				       strerror(out->failed)) :
			     0;
}

/** Until it is over, by whichever end comes first; what happened up to then is told. */
static int watch(struct watching *watching, struct error *err)
{
	struct watch_session *session = &watching->session;

	while (!watching->out.gave_up) {
		bool last = is_over(watching);
		int rc = watch_drain(session);

		if (rc)
			return error_set(err, rc, "cannot go on: %s", strerror(-rc));
		rc = flush(watching, err);
		if (rc)
			return rc;
		if (session->full || (last && !session->watcher.more))
			break;
		wait_a_while(watching);
	}
	/* More may have been lost while it was waited for whoever reads. */
	if (watching->out.gave_up)
		session->watcher.stop(&session->watcher);
	return 0;
}

static struct sink *begin_sink(struct watching *watching)
{
	const struct invocation *invocation = watching->invocation;
	struct sink_options output = invocation->output;

	output.render.flowing = true;
	output.render.awaited = output.format == FORMAT_TEXT && isatty(STDOUT_FILENO);
	struct sink *sink =
		sink_begin(&event_table, &invocation->selection, &output, watching->out.file);
	if (watching->filter) {
		struct sink_filter asked = filter_of(watching->filter);

		sink_filter(sink, &asked);
	}
	return sink;
}

static enum status status_of(const struct watching *watching)
{
	int status = watching->session.exit_status;

	if (watching->out.gave_up)
		return STATUS_INTERRUPTED;
	if (watching->session.full)
		return STATUS_ANSWERED;
	if (!watching->launched)
		return watching->session.events ? STATUS_ANSWERED : STATUS_NOTHING;
	if (watching->launch.pid > 0)
		return STATUS_INTERRUPTED;
	return WIFSIGNALED(status) ? (enum status)(128 + WTERMSIG(status)) :
				     (enum status)WEXITSTATUS(status);
}

/** What stands below the rows. 0, or -errno and a message. */
static int tell_end(struct watching *watching, bool story, struct error *err)
{
	FILE *out = watching->out.file;

	if (watching->filter && filter_error(watching->filter, err))
		return -EINVAL;
	/* The terminal has written ^C, and stays on that line. */
	if (story && watching->interrupt.asked)
		putc('\n', out);
	if (story)
		watch_summary(&watching->session, out);
	int rc = flush(watching, err);
	if (!rc)
		tell_lost(watching);
	return rc;
}

static enum status run_session(struct watching *watching, struct error *err)
{
	struct watch_session *session = &watching->session;
	const struct invocation *invocation = watching->invocation;
	bool story = invocation->output.format == FORMAT_TEXT && isatty(STDOUT_FILENO);
	int rc = 0;

	watch_begin(session, begin_sink(watching), story);
	if (watching->asked.wish.only)
		watch_now(session, &watching->asked.wish);
	rc = flush(watching, err);
	if (!rc && watching->launched)
		rc = launch_go(&watching->launch, invocation->words[0], err);
	if (!rc)
		rc = watch(watching, err);
	int written = sink_end(session->sink);
	if (!rc && written)
		rc = error_set(err, written, "cannot write the answer: %s", strerror(-written));
	if (!rc)
		rc = tell_end(watching, story, err);
	enum status status = rc ? STATUS_USAGE : status_of(watching);
	watch_end(session);
	return status;
}

/** With signals blocked. Who does not read on for a while when we are asked to stop loses the rest. */
static enum status tell_all(struct watching *watching, struct error *err)
{
	enum { PATIENCE_MS = 1000 };
	int signals = interrupt_fd();
	enum status status = STATUS_USAGE;

	if (tap_out_begin(&watching->out, signals)) {
		watching->out.heard = pass_on;
		watching->out.context = watching;
		watching->out.patience_ms = PATIENCE_MS;
		status = run_session(watching, err);
		tap_out_end(&watching->out);
	}
	close(signals);
	return status;
}

/** The command is made first, and waits: whoever watches must know it before it does anything. */
static enum status begin(struct watching *watching, struct error *err)
{
	const struct invocation *invocation = watching->invocation;
	struct error reason;

	if (invocation->words) {
		if (launch_begin(invocation->words, invocation->watch.user, &watching->launch, err))
			return STATUS_USAGE;
		watching->launched = true;
		watching->asked.wish.command = (unsigned int)watching->launch.pid;
	}
	int rc = watcher_begin(&watching->asked.wish, invocation->source,
			       &watching->session.watcher, &reason, err);
	if (rc)
		return rc == -EACCES ? STATUS_PARTLY_UNSEEN : STATUS_USAGE;
	tell_source(watching, &reason);
	interrupt_begin(&watching->interrupt);
	enum status status = tell_all(watching, err);
	interrupt_end(&watching->interrupt);
	watching->session.watcher.end(&watching->session.watcher);
	return status;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct watching watching = { .invocation = invocation,
				     .launch = { .ended = -1, .go = -1, .failed = -1 } };
	enum status status = STATUS_USAGE;

	if (source_procfs(NULL, &watching.source, err))
		return STATUS_USAGE;
	int rc = watch_wish_begin(invocation, &watching.source, &watching.asked, err);
	if (rc == -ESRCH)
		status = STATUS_NOTHING;
	if (!rc && invocation->filter)
		rc = filter_begin(&(struct question){ .name = "watch", .table = &event_table },
				  text_of(invocation->filter), &watching.filter, err);
	if (!rc)
		status = begin(&watching, err);
	if (watching.filter)
		filter_end(watching.filter);
	launch_end(&watching.launch);
	watch_wish_end(&watching.asked);
	source_close(&watching.source);
	return status;
}

static void how(const struct invocation *invocation, FILE *out)
{
	const struct handle *handle = command_handle(invocation);
	char recipe[160] = "strace -f -e trace=%file,close -p PID", path[OPEN_FILE_PATH_MAX];

	if (command_link(invocation, path)) {
		snprintf(recipe, sizeof(recipe), "while sleep 1; do readlink /proc/%s; done", path);
		command_recipe(
			out, recipe, "/proc/PID/fd/N leads to whatever is open there now",
			"what is open for less than a second, too; when it was opened and closed");
		return;
	}
	if (invocation->words)
		snprintf(recipe, sizeof(recipe), "strace -f -e trace=%%file,close COMMAND");
	else if (invocation->target_count && invocation->targets[0].kind == TARGET_PROCESS)
		snprintf(recipe, sizeof(recipe), "strace -f -e trace=%%file,close -p %u",
			 handle ? handle->pid : invocation->targets[0].pid);
	command_recipe(out, recipe, "ptrace(2) stops a process at each of its system calls",
		       "stops nobody, and costs a fraction; files by their full path; io_uring");
}

const struct command command_watch = {
	.name = "watch",
	.group = "as it happens",
	.asks = "which files are opened, right now?",
	.usage = "TARGET…|PID:FD|[TARGET…] -- COMMAND…",
	.details =
		"A TARGET is a process (4076), processes by name (@nginx, nginx), or a directory or file\n"
		"(/etc), which means everybody who opens what lies there. 4076:7 follows one descriptor\n"
		"from file to file. A COMMAND is run, and watched from its first instruction; what it\n"
		"writes to standard output goes to standard error. Ctrl-C ends with a summary.\n",
	.table = &event_table,
	.options = options,
	.take = take,
	.run = run,
	.how = how,
	.is_live = true,
	.runs_command = true,
};
