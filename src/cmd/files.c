/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl files: what is open?
 */
#include <errno.h>

#include "cmd/listing.h"
#include "cmd/options.h"
#include "model/file.h"

static const struct argp_option options[] = { { 0 } };

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)invocation;
	(void)key;
	(void)value;
	(void)err;
	return -ENOENT;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	return listing_run(invocation, &question_files, err);
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[64] = "ls -l /proc/PID/fd; cat /proc/PID/fdinfo/N";

	if (invocation->target_count && invocation->targets[0].kind == TARGET_PROCESS)
		snprintf(recipe, sizeof(recipe), "ls -l /proc/%u/fd", invocation->targets[0].pid);
	command_recipe(
		out, recipe,
		"/proc/PID/fd/N links to the open file, fdinfo/N tells its offset, flags and "
		"kind: proc_pid_fd(5)",
		"sockets with addresses, who is at the other end, what is watched, mapped "
		"files, deletions by identity");
}

const struct command command_files = {
	.name = "files",
	.group = "look around",
	.asks = "what is open?",
	.usage = "[TARGET…]",
	.details =
		"A TARGET is a process (4076, @nginx, nginx), a handle (4076:7), a port (:8080), a\n"
		"file, by any of its names, a directory, which means the tree below it, or a mount\n"
		"point: all of its filesystem. Kernel threads are left out.\n",
	.table = &file_table,
	.options = options,
	.shared = options_listing,
	.take = take,
	.run = run,
	.how = how,
};
