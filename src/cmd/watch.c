/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl watch: which files are opened, right now?
 */
#include "ask/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act/interrupt.h"
#include "cmd/launch.h"
#include "cmd/listing.h"
#include "cmd/options.h"
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
	{ "source",       OPTION_SOURCE,       "NAME", 0, "how to look: bpf, or fanotify or procfs, which see less", 0 },
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
	struct arena arena;
	struct watcher_wish wish;
	unsigned int *pids; /**< grows */
	struct text *trees; /**< likewise */
	struct watch_session session;
	struct launch launch;
	struct interrupt interrupt;
	struct filter *filter;
	int signals;
	bool launched, over;
};

static void add_pid(struct watching *watching, unsigned int pid)
{
	memory_grow(&watching->pids, watching->wish.pid_count, sizeof(*watching->pids));
	watching->pids[watching->wish.pid_count++] = pid;
}

/** The path as the kernel will tell it: everything in it resolved. */
static int resolve(struct watching *watching, struct text path, struct text *ret, struct error *err)
{
	struct path_wish wish = { .path = path };
	struct path_found *found = arena_zero(&watching->arena, 1, sizeof(*found));
	char *real;
	int rc = paths_resolve(&watching->source, &wish, 1, found);

	if (!rc)
		rc = !found->answered ? -ETIMEDOUT : found->rc;
	if (rc)
		return error_set(err, rc, "cannot watch %.*s: %s", (int)path.len, path.bytes,
				 strerror(-rc));
	real = realpath(found->path, NULL);
	if (!real)
		return error_set(err, -errno, "cannot watch %.*s: %s", (int)path.len, path.bytes,
				 strerror(errno));
	*ret = arena_text(&watching->arena, text_of(real));
	free(real);
	return 0;
}

static int add_tree(struct watching *watching, struct text path, struct error *err)
{
	struct text tree;
	int rc = resolve(watching, path, &tree, err);

	if (rc)
		return rc;
	memory_grow(&watching->trees, watching->wish.tree_count, sizeof(*watching->trees));
	watching->trees[watching->wish.tree_count++] = tree;
	return 0;
}

static int add_named(struct watching *watching, struct text name, struct error *err)
{
	unsigned int *pids;
	size_t count;
	int rc = names_find(&watching->source, name, &watching->arena, &pids, &count);

	if (rc)
		return error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc));
	if (!count)
		return error_set(err, -ESRCH, "no process is called %.*s", (int)name.len,
				 name.bytes);
	for (size_t i = 0; i < count; i++)
		add_pid(watching, pids[i]);
	return 0;
}

static int add_process(struct watching *watching, unsigned int pid, struct error *err)
{
	if (!names_exists(&watching->source, pid))
		return error_set(err, -ENOENT, "process %u does not exist (any more)", pid);
	add_pid(watching, pid);
	return 0;
}

static int add_descriptor(struct watching *watching, const struct target *target, struct error *err)
{
	const struct invocation *invocation = watching->invocation;

	if (target->handle.use != USE_FD)
		return error_set(err, -EINVAL,
				 "%.*s never becomes another file; its process: %s watch %u",
				 (int)target->text.len, target->text.bytes, invocation->program,
				 target->handle.pid);
	if (invocation->target_count > 1 || invocation->words)
		return error_set(err, -EINVAL, "one descriptor is watched alone: %s watch %.*s",
				 invocation->program, (int)target->text.len, target->text.bytes);
	watching->wish.only = &target->handle;
	watching->wish.children = false;
	return add_process(watching, target->handle.pid, err);
}

static int add_target(struct watching *watching, const struct target *target, struct error *err)
{
	switch (target->kind) {
	case TARGET_PROCESS:
		if (target_is_beyond(target))
			return error_set(err, -ENOENT,
					 "process %.*s does not exist: no number is so large",
					 (int)target->text.len, target->text.bytes);
		return add_process(watching, target->pid, err);
	case TARGET_HANDLE:
		return add_descriptor(watching, target, err);
	case TARGET_NAME:
		return add_named(watching, target->name, err);
	case TARGET_WORD:
		return add_named(watching, target->text, err);
	case TARGET_PATH:
		return add_tree(watching, target->text, err);
	case TARGET_PORT:
		return error_set(err, -EINVAL, "%.*s is no file; who uses it: %s who %.*s",
				 (int)target->text.len, target->text.bytes,
				 watching->invocation->program, (int)target->text.len,
				 target->text.bytes);
	}
	return -EINVAL;
}

static int understand(struct watching *watching, struct error *err)
{
	const struct invocation *invocation = watching->invocation;
	struct watcher_wish *wish = &watching->wish;
	int rc = 0;

	if (!invocation->target_count && !invocation->words)
		return error_set(err, -EINVAL,
				 "watch what? a process, a directory, or a command to run; "
				 "everything is /\n  %s watch 4076\n  %s watch -- ps aux",
				 invocation->program, invocation->program);
	*wish = (struct watcher_wish){ .source = &watching->source,
				       .children = !invocation->watch.no_children,
				       .failed = invocation->watch.failed,
				       .writes = invocation->watch.writes };
	for (size_t i = 0; i < invocation->target_count && !rc; i++)
		rc = add_target(watching, &invocation->targets[i], err);
	if (!rc && invocation->watch.below)
		rc = resolve(watching, text_of(invocation->watch.below), &wish->below, err);
	wish->pids = watching->pids;
	wish->trees = watching->trees;
	return rc;
}

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
	uint64_t lost = watching->session.watcher.lost;

	if (lost)
		fprintf(stderr, "procowl: %llu event%s lost: more happened than could be told\n",
			(unsigned long long)lost, lost == 1 ? " was" : "s were");
}

/** A signal from the terminal reaches the command as well; one that was sent to us alone is passed on. */
static void pass_on(struct watching *watching)
{
	struct signalfd_siginfo info;

	while (read(watching->signals, &info, sizeof(info)) == sizeof(info)) {
		watching->over |= !watching->launched || watching->interrupt.asked;
		watching->interrupt.asked = true;
		if (watching->launched && info.ssi_code <= 0 && watching->launch.pid > 0)
			kill(watching->launch.pid, (int)info.ssi_signo);
	}
}

/** Wait until it is time to look again. */
static void wait_a_while(struct watching *watching)
{
	/* A descriptor of -1 is passed over. */
	struct pollfd polled[] = { { .fd = watching->signals, .events = POLLIN },
				   { .fd = watching->launch.ended, .events = POLLIN },
				   { .fd = watching->session.watcher.wakes, .events = POLLIN } };

	if (poll(polled, sizeof(polled) / sizeof(polled[0]),
		 watching->session.watcher.interval_ms) <= 0)
		return;
	if (polled[0].revents)
		pass_on(watching);
	if (watching->launched && polled[1].revents) {
		watching->session.exit_status = launch_status(&watching->launch);
		watching->over = true;
	}
}

/** Until it is over, by whichever end comes first; what happened up to then is told. */
static int watch(struct watching *watching, struct error *err)
{
	struct watch_session *session = &watching->session;
	int rc = 0;

	while (!rc) {
		bool last = watching->over ||
			    (!watching->launched && session->watcher.is_over(&session->watcher));

		rc = watch_drain(session);
		if (rc)
			return error_set(err, rc, "cannot go on: %s", strerror(-rc));
		if (fflush(stdout) || ferror(stdout))
			return error_set(err, -EIO, "cannot write the answer: %s", strerror(errno));
		if (last || session->full)
			break;
		wait_a_while(watching);
	}
	return 0;
}

static struct sink *begin_sink(struct watching *watching)
{
	const struct invocation *invocation = watching->invocation;
	struct sink_options output = invocation->output;

	output.render.flowing = true;
	struct sink *sink = sink_begin(&event_table, &invocation->selection, &output, stdout);
	if (watching->filter) {
		struct sink_filter asked = filter_of(watching->filter);

		sink_filter(sink, &asked);
	}
	return sink;
}

static enum status status_of(const struct watching *watching)
{
	int status = watching->session.exit_status;

	if (watching->session.full)
		return STATUS_ANSWERED;
	if (!watching->launched)
		return watching->session.events ? STATUS_ANSWERED : STATUS_NOTHING;
	if (watching->launch.pid > 0)
		return STATUS_INTERRUPTED;
	return WIFSIGNALED(status) ? (enum status)(128 + WTERMSIG(status)) :
				     (enum status)WEXITSTATUS(status);
}

static enum status run_session(struct watching *watching, struct error *err)
{
	struct watch_session *session = &watching->session;
	const struct invocation *invocation = watching->invocation;
	bool story = invocation->output.format == FORMAT_TEXT && isatty(STDOUT_FILENO);
	int rc = 0;

	watch_begin(session, begin_sink(watching));
	if (watching->wish.only)
		watch_now(session, &watching->wish);
	if (watching->launched)
		rc = launch_go(&watching->launch, invocation->words[0], err);
	if (!rc)
		rc = watch(watching, err);
	int written = sink_end(session->sink);
	if (!rc && written)
		rc = error_set(err, written, "cannot write the answer: %s", strerror(-written));
	if (rc) {
		__fpurge(stdout);
		clearerr(stdout);
	} else {
		if (watching->filter)
			rc = filter_error(watching->filter, err);
		if (story)
			watch_summary(session, stdout);
		tell_lost(watching);
	}
	enum status status = rc ? STATUS_USAGE : status_of(watching);
	watch_end(session);
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
		watching->wish.command = (unsigned int)watching->launch.pid;
	}
	if (watcher_begin(&watching->wish, invocation->source, &watching->session.watcher, &reason,
			  err))
		return STATUS_USAGE;
	tell_source(watching, &reason);
	interrupt_begin(&watching->interrupt);
	watching->signals = interrupt_fd();
	enum status status = run_session(watching, err);
	close(watching->signals);
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
	arena_init(&watching.arena);
	int rc = understand(&watching, err);
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
	arena_end(&watching.arena);
	free(watching.pids);
	free(watching.trees);
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
