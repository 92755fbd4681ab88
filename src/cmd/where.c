/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl where: where does everybody's stderr go?
 */
#include <errno.h>
#include <inttypes.h>

#include "cmd/listing.h"
#include "cmd/options.h"
#include "model/whereabouts.h"

static const struct argp_option options[] = {
	{ "pids", OPTION_PIDS, NULL, 0, "show the processes by number too", 0 },
	{ 0 },
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	if (key != OPTION_PIDS)
		return -ENOENT;
	invocation->columns_chosen = true;
	return select_columns(&whereabouts_table, text_of("count,target,pids"),
			      &invocation->selection, err);
}

/** "stderr", "7", "cwd": the place that everybody has. */
static bool parse_place(struct text word, struct handle *ret)
{
	static const struct {
		const char *word;
		struct handle place;
	} places[] = {
		{ "stdin", { .fd = 0 } },      { "stdout", { .fd = 1 } },
		{ "stderr", { .fd = 2 } },     { "cwd", { .use = USE_CWD } },
		{ "exe", { .use = USE_EXE } }, { "root", { .use = USE_ROOT } },
	};
	uint64_t number;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (text_is(word, places[i].word)) {
			*ret = places[i].place;
			return true;
		}
	}
	if (text_number(word, 10, &number) || number > INT32_MAX)
		return false;
	*ret = (struct handle){ .fd = (unsigned int)number };
	return true;
}

static int take_place(struct invocation *invocation, struct error *err)
{
	if (!invocation->target_count)
		return error_set(
			err, -EINVAL,
			"where does what go? stdin, stdout, stderr, a descriptor's number, "
			"cwd, exe or root\n  %s where stderr",
			invocation->program);
	struct text word = invocation->targets[0].text;
	if (!parse_place(word, &invocation->place))
		return error_set(
			err, -EINVAL,
			"where %.*s: that is none of stdin, stdout, stderr, a descriptor's "
			"number, cwd, exe, root",
			(int)word.len, word.bytes);
	return 0;
}

/** Nobody has descriptor 4076: then the process of that number was meant. */
static void explain_nothing(const struct invocation *invocation, struct error *err)
{
	unsigned int fd = invocation->place.fd;

	if (invocation->place.use == USE_FD && fd > 2)
		error_set(err, -ENOENT,
			  "where %u: no process has a descriptor %u; about process %u: %s where "
			  "stderr %u",
			  fd, fd, fd, invocation->program, fd);
}

static enum status run(struct invocation *invocation, struct error *err)
{
	if (take_place(invocation, err))
		return STATUS_USAGE;
	struct invocation rest = *invocation;
	rest.targets++;
	rest.target_count--;
	enum status status = listing_run(&rest, &question_where, err);
	if (status == STATUS_NOTHING && !rest.target_count)
		explain_nothing(invocation, err);
	return status;
}

static void how(const struct invocation *invocation, FILE *out)
{
	struct handle place = { .fd = 2 };
	char recipe[160];

	if (invocation->target_count)
		parse_place(invocation->targets[0].text, &place);
	static const char *const links[] = {
		[USE_CWD] = "cwd", [USE_ROOT] = "root", [USE_EXE] = "exe"
	};
	char name[16];
	snprintf(name, sizeof(name), "fd/%u", place.fd);
	snprintf(recipe, sizeof(recipe),
		 "ls -l /proc/[0-9]*/%s | awk '{print $11}' | sort | uniq -c | sort -rn",
		 place.use == USE_FD ? name : links[place.use]);
	char why[160];
	snprintf(why, sizeof(why), "/proc/PID/%s is a link to %s of process PID: %s",
		 place.use == USE_FD ? name : links[place.use],
		 place.use == USE_FD && place.fd == 2 ? "the file behind the stderr" :
		 place.use == USE_FD                  ? "the file behind that descriptor" :
							"it",
		 place.use == USE_FD ? "proc_pid_fd(5)" : "proc_pid(5)");
	command_recipe(out, recipe, why,
		       "names with blanks, the other end of pipes and sockets, deletions told by "
		       "identity");
}

const struct command command_where = {
	.name = "where",
	.group = "look around",
	.asks = "where does everybody's stderr go?",
	.usage = "stdin|stdout|stderr|FD|cwd|exe|root [TARGET…]",
	.details =
		"Counts the processes by where that place of theirs leads, commonest first. With\n"
		"TARGET (4076, @nginx, nginx) only those processes. Kernel threads are left out.\n",
	.table = &whereabouts_table,
	.options = options,
	.shared = options_listing,
	.take = take,
	.run = run,
	.how = how,
};
