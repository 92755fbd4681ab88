/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl ps: what runs?
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

#include "base/arena.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "model/process.h"
#include "show/encode.h"

static const struct argp_option options[] = {
	{ "user", 'u', "USER", 0, "only processes of this effective user, by name or number", 0 },
	{ "cgroup", OPTION_CGROUP, "PATH", 0, "only processes in this control group or below", 0 },
	{ "threads", OPTION_THREADS, NULL, 0, "each thread; the handle is PID/TID", 0 },
	{ "tree", OPTION_TREE, NULL, 0, "parents before their children; TARGET with all below it",
	  0 },
	{ "full", 'f', NULL, 0, "command lines instead of names: args for command", 0 },
	{ "interval", OPTION_INTERVAL, "SECONDS", 0,
	  "look twice, so long apart: cpu and the rates are of that time", 0 },
	{ "near-limit", OPTION_NEAR_LIMIT, NULL, 0,
	  "only who has used 80 % or more of something it may have", 0 },
	{ "any-size", OPTION_ANY_SIZE, NULL, 0,
	  "pss, uss: of processes above 4 GiB too, which takes their memory's lock", 0 },
	{ 0 },
};

static int take_user(struct invocation *invocation, const char *value, struct error *err)
{
	const struct passwd *user = getpwnam(value);
	uint64_t number;

	if (user)
		number = user->pw_uid;
	else if (text_number(text_of(value), 10, &number) || number > UINT32_MAX)
		return error_set(err, -EINVAL, "there is no user '%s'", value);
	memory_grow(&invocation->users, invocation->ps.user_count, sizeof(*invocation->users));
	invocation->users[invocation->ps.user_count++] = (uint32_t)number;
	return 0;
}

/** As cgroupfs or systemd-cgls write it: with or without the mount point. */
static int take_cgroup(struct invocation *invocation, const char *value, struct error *err)
{
	struct text path = text_of(value);

	if (text_starts(path, "/sys/fs/cgroup"))
		path = text_from(path, strlen("/sys/fs/cgroup"));
	while (path.len > 1 && text_ends(path, "/"))
		path.len--;
	if (!path.len)
		path = text_of("/");
	if (!text_starts(path, "/"))
		return error_set(err, -EINVAL,
				 "--cgroup takes a path, like /system.slice/cron.service");
	invocation->ps.cgroup = path;
	return 0;
}

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	switch (key) {
	case 'u':
		return take_user(invocation, value, err);
	case OPTION_CGROUP:
		return take_cgroup(invocation, value, err);
	case 'f':
		invocation->ps.full = true;
		return 0;
	case OPTION_THREADS:
		invocation->ps.threads = true;
		return 0;
	case OPTION_TREE:
		invocation->ps.tree = true;
		return 0;
	case OPTION_INTERVAL:
		return options_interval(invocation, value, err);
	case OPTION_NEAR_LIMIT:
		invocation->ps.near = true;
		return 0;
	case OPTION_ANY_SIZE:
		invocation->ps.any_size = true;
		return 0;
	default:
		return -ENOENT;
	}
}

/** What is asked for is shown, unless columns were named. */
static const char *usual_columns(const struct invocation *invocation)
{
	const struct ps_wish *wish = &invocation->ps;
	bool for_people = invocation->output.format == FORMAT_TEXT;

	if (wish->near)
		return "pid,user,limit_used,limit,command";
	if (wish->threads && wish->interval_ns)
		return "handle,user,state,cpu,time,read_rate,write_rate,comm";
	if (wish->threads)
		return "handle,user,state,cpu,time,lastcpu,comm";
	if (wish->interval_ns)
		return "pid,user,state,cpu,read_rate,write_rate,rss,threads,command";
	/* A person sees the tree; a program needs it in numbers. */
	return wish->tree && !for_people ? "+ppid,depth" : NULL;
}

/** In place of the name, and at the end: it is long. */
static void show_args(struct selection *selection)
{
	size_t kept = 0;

	for (size_t i = 0; i < selection->count; i++) {
		size_t index = selection->columns[i];

		if (index != PROCESS_COLUMN_COMMAND && index != PROCESS_COLUMN_COMM &&
		    index != PROCESS_COLUMN_ARGS)
			selection->columns[kept++] = index;
	}
	selection->columns[kept++] = PROCESS_COLUMN_ARGS;
	selection->count = kept;
}

/** "4076/4090" is how we name a thread; elsewhere it is a path. */
static bool parse_task(struct text text, struct handle *ret)
{
	struct text pid;
	uint64_t numbers[2];

	if (!text_next(&text, '/', &pid) || text_number(pid, 10, &numbers[0]) ||
	    text_number(text, 10, &numbers[1]) || numbers[0] > INT32_MAX || numbers[1] > INT32_MAX)
		return false;
	*ret = (struct handle){ .pid = (unsigned int)numbers[0], .tid = (unsigned int)numbers[1] };
	return true;
}

static void take_tasks(struct invocation *invocation)
{
	struct ps_wish *wish = &invocation->ps;

	for (size_t i = 0; i < invocation->target_count; i++) {
		struct target *target = &invocation->targets[i];
		struct handle task;

		if (target->kind != TARGET_PATH || !parse_task(target->text, &task))
			continue;
		*target = (struct target){ .kind = TARGET_PROCESS,
					   .text = target->text,
					   .pid = task.pid };
		memory_grow(&invocation->tasks, wish->task_count, sizeof(*invocation->tasks));
		invocation->tasks[wish->task_count++] = task;
		wish->threads = true;
	}
	wish->tasks = invocation->tasks;
}

/** A handle is a file of somebody who can be asked about; who uses a path or a device is for `who`. */
static void refuse(const struct invocation *invocation, const struct target *target,
		   struct error *err)
{
	const char *program = invocation->program;
	const struct handle *handle = &target->handle;
	char *word = NULL, *shown = encode_copy(target->text);
	size_t len;
	FILE *out = open_memstream(&word, &len);

	if (!out)
		memory_out();
	bool plain = encode_shell_word(out, target->text);
	if (fclose(out))
		memory_out();
	bool is_handle = target->kind == TARGET_HANDLE && handle_is_process(handle);
	if (is_handle)
		error_set(err, -EINVAL,
			  "ps %s: that is an open file of process %u; about the process: %s ps %u; "
			  "about the file: %s files %s",
			  shown, handle->pid, program, handle->pid, program, word);
	else
		error_set(err, -EINVAL, "ps %s: a path is no process", shown);
	if (!is_handle && plain)
		error_add(err, "; who uses it: %s who %s", program, word);
	free(word);
	free(shown);
}

static bool names_processes(const struct invocation *invocation, struct error *err)
{
	for (size_t i = 0; i < invocation->target_count; i++) {
		const struct target *target = &invocation->targets[i];

		if (target->kind != TARGET_PATH && target->kind != TARGET_HANDLE)
			continue;
		refuse(invocation, target, err);
		return false;
	}
	return true;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	take_tasks(invocation);
	const char *columns = invocation->columns_chosen ? NULL : usual_columns(invocation);
	if (!names_processes(invocation, err))
		return STATUS_USAGE;
	if (invocation->ps.tree && invocation->filter) {
		error_set(
			err, -EINVAL,
			"--filter leaves out rows that a tree hangs on: --tree or --filter, not both");
		return STATUS_USAGE;
	}
	if (columns) {
		select_columns(&process_table, text_of(columns), &invocation->selection, err);
		memset(invocation->selection.asked, false, sizeof(invocation->selection.asked));
	}
	if (invocation->ps.full)
		show_args(&invocation->selection);
	/* The nearest first, unless something else was asked for. */
	if (invocation->ps.near && invocation->selection.sort < 0)
		select_sort(&process_table, text_of("-limit_used"), &invocation->selection, err);
	invocation->output.tree = invocation->ps.tree;
	invocation->ps.users = invocation->users;
	enum status status = listing_run(invocation, &question_ps, err);
	free(invocation->users);
	free(invocation->tasks);
	return status;
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[96] =
		"cd /proc; for p in [0-9]*; do cat $p/stat; tr '\\0' ' ' <$p/cmdline; echo; done";

	if (invocation->target_count && invocation->targets[0].kind == TARGET_PROCESS)
		snprintf(recipe, sizeof(recipe), "cat /proc/%u/stat /proc/%u/status",
			 invocation->targets[0].pid, invocation->targets[0].pid);
	command_recipe(out, recipe,
		       "the kernel tells of every process in /proc/PID: proc_pid_stat(5)",
		       "reads only what the columns need, and never hangs where ps does; names "
		       "instead of masks");
}

const struct command command_ps = {
	.name = "ps",
	.group = "look around",
	.asks = "what runs?",
	.usage = "[TARGET…]",
	.details =
		"A TARGET is a process (4076), a thread (4076/4090), processes by name (@nginx, nginx,\n"
		"'php*'), or a port (:8080), which means whoever has it. Without one: all processes.\n",
	.table = &process_table,
	.options = options,
	.shared = options_listing,
	.take = take,
	.run = run,
	.how = how,
};
