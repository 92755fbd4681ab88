/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl what: what is this process? One page.
 */
#include "ask/what.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask/ps_words.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "scan/names.h"
#include "show/cells.h"
#include "show/encode.h"

enum { CANDIDATES_SHOWN = 20, ARGS_SHOWN = 70 /* columns */ };

/** Of several processes one is to be chosen. */
struct choice {
	const char *program;
	struct arena *arena;
	struct error *err;
};

/* clang-format off */
static const struct argp_option options[] = {
	{ "env",      OPTION_ENV,      NULL,   0, "show the environment, secrets too", 0 },
	{ "no-peers", OPTION_NO_PEERS, NULL,   0, "do not look who is at the other end of pipes and sockets", 0 },
	{ "json",     'J',             NULL,   0, "one JSON object, keyed by section", 0 },
	{ "jsonl",    OPTION_JSONL,    NULL,   0, "the same on one line", 0 },
	{ "bytes",    'b',             NULL,   0, "sizes in bytes", 0 },
	{ "how",      OPTION_HOW,      NULL,   0, "show how it is done by hand", 0 },
	{ "proc",     OPTION_PROC,     "DIR",  0, "read the procfs that is mounted here", 0 },
	{ "source",   OPTION_SOURCE,   "NAME", 0, "where to look: procfs", 0 },
	{ "verbose",  OPTION_VERBOSE,  NULL,   0, "say which source was used, and how long it took", 0 },
	{ "help",     OPTION_HELP,     NULL,   0, "show this", 0 },
	{ 0 },
};
/* clang-format on */

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	if (key == OPTION_ENV)
		invocation->environment = true;
	else if (key == OPTION_NO_PEERS)
		invocation->no_peers = true;
	else
		return -ENOENT;
	return 0;
}

/** "  procowl what 771   nginx: worker process" */
static void add_candidate(void *context, const struct process_facts *facts)
{
	const struct choice *choice = context;
	struct text line = ps_command_line(choice->arena, facts->cmdline);
	char *shown = encode_copy(line.len ? line : facts->stat.comm);
	int len = (int)cells_head(text_of(shown), ARGS_SHOWN);

	error_add(choice->err, "\n  %s what %-7u  %.*s", choice->program, facts->pid, len, shown);
	free(shown);
}

static void add_candidates(const struct source *source, const unsigned int *pids, size_t count,
			   const struct choice *choice)
{
	struct tally tally = { 0 };
	struct error ignored;
	struct processes_look look = {
		.needs = PROCESS_NEED(PROCESS_CMDLINE),
		.pids = pids,
		.pid_count = count < CANDIDATES_SHOWN ? count : CANDIDATES_SHOWN,
		.found = add_candidate,
		.context = (void *)choice,
	};

	processes_look(source, &look, &tally, &ignored);
	if (count > CANDIDATES_SHOWN)
		error_add(choice->err, "\n  and %zu more", count - CANDIDATES_SHOWN);
}

static int choose(const struct invocation *invocation, const struct source *source,
		  struct text name, struct arena *arena, unsigned int *ret, struct error *err)
{
	unsigned int *pids;
	size_t count;
	int rc = names_find(source, name, arena, &pids, &count);

	if (rc)
		return error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc));
	if (!count)
		return error_set(err, -ENOENT, "no process is called %.*s", (int)name.len,
				 name.bytes);
	if (count == 1) {
		*ret = pids[0];
		return 0;
	}
	error_set(err, -EINVAL, "%zu processes are called %.*s; which one?", count, (int)name.len,
		  name.bytes);
	add_candidates(source, pids, count, &(struct choice){ invocation->program, arena, err });
	return -EINVAL;
}

/** "4076/4090", as handles have it: a thread, unless there is such a file. */
static bool is_thread(struct text text, struct text *process)
{
	struct text tid = text;
	uint64_t number;

	return text_next(&tid, '/', process) && text_number(*process, 10, &number) == 0 &&
	       text_number(tid, 10, &number) == 0 && access(text.bytes, F_OK) != 0;
}

/** The process that is meant. 0; -ENOENT: nobody is called so; -EINVAL, with a message. */
static int find(const struct invocation *invocation, const struct source *source,
		struct arena *arena, unsigned int *ret, struct error *err)
{
	const struct target *target = invocation->targets;
	const char *program = invocation->program;
	struct text process;

	if (invocation->target_count != 1)
		return error_set(err, -EINVAL,
				 "what is which process? one, by number or name: %s what 4076",
				 program);
	switch (target->kind) {
	case TARGET_PROCESS:
		*ret = target->pid;
		if (target_is_beyond(target))
			return error_set(err, -ESRCH,
					 "process %.*s does not exist: no number is so large",
					 (int)target->text.len, target->text.bytes);
		return 0;
	case TARGET_NAME:
		return choose(invocation, source, target->name, arena, ret, err);
	case TARGET_WORD:
		return choose(invocation, source, target->text, arena, ret, err);
	case TARGET_HANDLE:
		return error_set(
			err, -EINVAL,
			"%.*s is an open file; about that: %s files %.*s; about its process: "
			"%s what %u",
			(int)target->text.len, target->text.bytes, program, (int)target->text.len,
			target->text.bytes, program, target->handle.pid);
	case TARGET_PORT:
	case TARGET_PATH:
		if (is_thread(target->text, &process))
			return error_set(err, -EINVAL,
					 "%.*s is a thread, which has no page of its own: %s what "
					 "%.*s; each thread: %s ps --threads %.*s",
					 (int)target->text.len, target->text.bytes, program,
					 (int)process.len, process.bytes, program, (int)process.len,
					 process.bytes);
		return error_set(err, -EINVAL, "%.*s is no process; who uses it: %s who %.*s",
				 (int)target->text.len, target->text.bytes, program,
				 (int)target->text.len, target->text.bytes);
	}
	return -EINVAL;
}

static enum status show(const struct invocation *invocation, const struct source *source,
			unsigned int pid, struct error *err)
{
	struct page_options page_options = { .format = invocation->output.format,
					     .bytes = invocation->output.render.bytes,
					     .hints = isatty(STDOUT_FILENO) && !source->foreign };
	struct what_wish wish = { .source = source,
				  .pid = pid,
				  .peers = !invocation->no_peers,
				  .environment = invocation->environment,
				  .program = invocation->program };
	struct page *page = page_begin(&page_options, stdout);
	int rc = what_ask(&wish, page, err);

	if (rc)
		page_abandon(page);
	page_end(page);
	return !rc                               ? STATUS_ANSWERED :
	       rc == -EACCES || rc == -ETIMEDOUT ? STATUS_PARTLY_UNSEEN :
						   STATUS_USAGE;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);
	struct outcome outcome = { .tally = { .looked = 1 } };
	enum status status = STATUS_USAGE;
	struct source source;
	struct arena arena;
	unsigned int pid = 0;

	if (listing_source(invocation, &source, err))
		return STATUS_USAGE;
	arena_init(&arena);
	int rc = find(invocation, &source, &arena, &pid, err);
	if (!rc)
		status = show(invocation, &source, pid, err);
	else if (rc == -ENOENT)
		status = STATUS_NOTHING;
	arena_end(&arena);
	if (invocation->verbose)
		listing_verbose(&source, &outcome, begun_ns);
	source_close(&source);
	return status;
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[192] =
		"cd /proc/PID; tr '\\0' ' ' <cmdline; cat status wchan syscall io limits; "
		"ls -l cwd exe fd";

	if (invocation->target_count && invocation->targets[0].kind == TARGET_PROCESS)
		snprintf(recipe, sizeof(recipe),
			 "cd /proc/%u; tr '\\0' ' ' <cmdline; cat status wchan syscall io limits; "
			 "ls -l cwd exe fd",
			 invocation->targets[0].pid);
	command_recipe(
		out, recipe,
		"/proc/PID has a file for each of these: proc_pid_status(5), "
		"proc_pid_syscall(5) and their neighbours",
		"names for numbers; which file the call is about, who holds the lock, who is "
		"at the other end");
}

const struct command command_what = {
	.name = "what",
	.group = "look around",
	.asks = "what is this process? one page",
	.usage = "PID|NAME",
	.details =
		"Who it is, what it does right now, what it uses and may. The process is neither\n"
		"stopped nor told. What is not ours to see stands there as ?, with the reason.\n",
	.options = options,
	.take = take,
	.run = run,
	.how = how,
};
