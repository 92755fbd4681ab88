/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What may a process use at most? Sixteen rows a process.
 */
#include "ask/crowd.h"
#include "model/limit.h"

/* clang-format off */
static const struct {
	const char *name, *unit;
} kinds[RLIM_NLIMITS] = {
	[RLIMIT_CPU]        = { "cpu",        "seconds" },
	[RLIMIT_FSIZE]      = { "fsize",      "bytes" },
	[RLIMIT_DATA]       = { "data",       "bytes" },
	[RLIMIT_STACK]      = { "stack",      "bytes" },
	[RLIMIT_CORE]       = { "core",       "bytes" },
	[RLIMIT_RSS]        = { "rss",        "bytes" },
	[RLIMIT_NPROC]      = { "nproc",      "processes" },
	[RLIMIT_NOFILE]     = { "nofile",     "files" },
	[RLIMIT_MEMLOCK]    = { "memlock",    "bytes" },
	[RLIMIT_AS]         = { "as",         "bytes" },
	[RLIMIT_LOCKS]      = { "locks",      "locks" },
	[RLIMIT_SIGPENDING] = { "sigpending", "signals" },
	[RLIMIT_MSGQUEUE]   = { "msgqueue",   "bytes" },
	[RLIMIT_NICE]       = { "nice",       NULL },
	[RLIMIT_RTPRIO]     = { "rtprio",     NULL },
	[RLIMIT_RTTIME]     = { "rttime",     "microseconds" },
};
/* clang-format on */

static void tell_numbers(struct limit_row *row, uint64_t soft, uint64_t hard)
{
	row->soft = soft;
	row->hard = hard;
	if (soft != LIMITS_NONE)
		facts_know(&row->facts, LIMIT_SOFT);
	if (hard != LIMITS_NONE)
		facts_know(&row->facts, LIMIT_HARD);
	row->unlimited = text_of(soft == LIMITS_NONE ? "both" :
				 hard == LIMITS_NONE ? "hard" :
						       "no");
	facts_know(&row->facts, LIMIT_UNLIMITED);
}

static void tell(struct crowd *crowd, const struct process_facts *facts)
{
	struct text command = crowd_text(crowd, facts->stat.comm);

	if (!facts_have(facts, PROCESS_LIMITS))
		return;
	for (unsigned int i = 0; i < RLIM_NLIMITS; i++) {
		struct limit_row *row = crowd_row(crowd, sizeof(*row));

		row->pid = facts->pid;
		row->command = command;
		row->name = text_of(kinds[i].name);
		row->unit = text_of(kinds[i].unit);
		facts_know(&row->facts, LIMIT_PID);
		facts_know(&row->facts, LIMIT_COMMAND);
		facts_know(&row->facts, LIMIT_NAME);
		if (kinds[i].unit)
			facts_know(&row->facts, LIMIT_UNIT);
		tell_numbers(row, facts->limits.soft[i], facts->limits.hard[i]);
		if (!crowd_push(crowd, row))
			return;
	}
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return crowd_ask(inquiry, outcome, err, PROCESS_NEED(PROCESS_LIMITS), tell);
}

const struct question question_limits = {
	.name = "limits",
	.asks = "what may a process use at most?",
	.table = &limit_table,
	.words_are_processes = true,
	.ask = ask,
};
