/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl deleted: which deleted files are still open, and what do they hold?
 */
#include <errno.h>

#include "cmd/listing.h"
#include "cmd/options.h"
#include "model/deleted.h"

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "O_TMPFILE files and memory (memfd, SysV, /dev/zero) too", 0 },
	{ 0 },
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	if (key != 'a')
		return -ENOENT;
	invocation->all = true;
	return 0;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	return listing_run(invocation, &question_deleted, err);
}

static void how(const struct invocation *invocation, FILE *out)
{
	(void)invocation;
	command_recipe(
		out, "find /proc/[0-9]*/fd -lname '* (deleted)' -printf '%p -> %l\\n' 2>/dev/null",
		"/proc/PID/fd/N links to the open file, and says when its name is gone: proc_pid_fd(5)",
		"mapped files, threads, executables; what is gone, by identity; the disk it holds");
}

const struct command command_deleted = {
	.name = "deleted",
	.group = "lost a file",
	.asks = "which deleted files are still open, and what do they hold?",
	.usage = "[TARGET…]",
	.details =
		"Without TARGET: all of them, largest first. A TARGET is a process (4076, @nginx), a\n"
		"handle (4076:7), the name a file had, a directory, a mount point, which means all of\n"
		"its filesystem, or a local port (:8080), which means the processes that have it open.\n",
	.table = &deleted_table,
	.options = options,
	.shared = options_listing,
	.take = take,
	.run = run,
	.how = how,
};
