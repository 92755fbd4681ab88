/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl who: who uses this file, directory, mount, device or port?
 */
#include <errno.h>

#include "cmd/listing.h"
#include "cmd/options.h"
#include "model/usage.h"

static const struct argp_option options[] = {
	{ "pids", OPTION_PIDS, NULL, 0, "print bare process numbers, one a line, for scripts", 0 },
	{ 0 },
};

/** Bare numbers are the raw format of one column. */
static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	if (key != OPTION_PIDS)
		return -ENOENT;
	invocation->output.format = FORMAT_RAW;
	invocation->output.render.no_header = true;
	invocation->columns_chosen = true;
	invocation->pids_only = true;
	return select_columns(&usage_table, text_of("pid"), &invocation->selection, err);
}

static enum status run(struct invocation *invocation, struct error *err)
{
	if (!invocation->target_count) {
		error_set(err, -EINVAL,
			  "who uses what? Name a file, a directory, a mount, a device or a port:\n"
			  "  %s who /mnt/usb   %s who :8080",
			  invocation->program, invocation->program);
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < invocation->target_count; i++) {
		const struct target *target = &invocation->targets[i];

		if (target->kind == TARGET_PATH || target->kind == TARGET_WORD ||
		    target->kind == TARGET_PORT ||
		    (target->kind == TARGET_HANDLE && target->handle.use == USE_LOOP))
			continue;
		error_set(err, -EINVAL,
			  "who %.*s: a process is no file; what it has open: %s files %.*s",
			  (int)target->text.len, target->text.bytes, invocation->program,
			  (int)target->text.len, target->text.bytes);
		return STATUS_USAGE;
	}
	return listing_run(invocation, &question_who, err);
}

static void how(const struct invocation *invocation, FILE *out)
{
	(void)invocation;
	command_recipe(
		out, "for f in /proc/[0-9]*/fd/*; do [ \"$f\" -ef PATH ] && echo \"$f\"; done",
		"what a process has open is the same inode, by whatever name: stat(2)",
		"mapped files, cwd, root, exe; trees, mounts, containers, ports; who is not to be seen");
}

const struct command command_who = {
	.name = "who",
	.group = "look around",
	.asks = "who uses this file, directory, mount, device or port?",
	.usage = "PATH…|:PORT…",
	.details =
		"PATH is a file, by any of its names; a directory, which means the tree below it; a\n"
		"mount point or device, which means all of that filesystem; or a socket. :8080 is a\n"
		"local port, :53/udp one of UDP. When nobody uses it the exit status is 1; when not\n"
		"everybody could be looked at, 3.\n",
	.table = &usage_table,
	.options = options,
	.shared = options_listing,
	.take = take,
	.run = run,
	.how = how,
};
