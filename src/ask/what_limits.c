/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * How near a process is to what it may use at most. Of processes and the like, which are counted for all of
 * a user's, nobody tells how many there are without a look at everybody's; so they are not among them.
 */
#include <inttypes.h>
#include <linux/capability.h>

#include "ask/what.h"
#include "show/units.h"

/** From this share on, in percent, a limit is near. */
enum { NEAR = 80, LOCKED = 2 /**< among the shares below */ };

struct share {
	const char *key, *word;
	bool known, bytes;
	uint64_t used, limit;
};

static struct share share_of(struct what *what, const char *key, const char *word,
			     unsigned int resource, enum pidstatus_line line)
{
	struct share share = { .key = key, .word = word, .bytes = true };

	share.limit = what->facts.limits.soft[resource];
	share.known = what_number(what, line, &share.used);
	return share;
}

/** Who has CAP_IPC_LOCK may lock all memory there is: can_do_mlock of mm/mlock.c. */
static uint64_t locked_limit(const struct what *what)
{
	uint64_t set;
	bool free_of_it = what_number(what, PIDSTATUS_CAP_EFFECTIVE, &set) &&
			  set >> CAP_IPC_LOCK & 1;

	return free_of_it ? LIMITS_NONE : what->facts.limits.soft[RLIMIT_MEMLOCK];
}

static bool is_limited(const struct share *share)
{
	return share->known && share->limit != LIMITS_NONE;
}

static bool is_near(const struct share *share)
{
	return is_limited(share) && share->used &&
	       (double)share->used * 100 >= (double)share->limit * NEAR;
}

static void write_share(const struct what *what, FILE *line, const struct share *share)
{
	char used[UNITS_MAX], limit[UNITS_MAX];

	if (share->bytes)
		fprintf(line, "%s of %s %s", page_size_word(what->page, used, share->used),
			page_size_word(what->page, limit, share->limit), share->word);
	else
		fprintf(line, "%" PRIu64 " of %" PRIu64 " %s", share->used, share->limit,
			share->word);
}

static void tell_share(struct what *what, const struct share *share)
{
	page_open(what->page, share->key, '{');
	if (share->known)
		page_number(what->page, "used", share->used);
	else
		page_null(what->page, "used");
	if (share->limit != LIMITS_NONE)
		page_number(what->page, "limit", share->limit);
	else
		page_null(what->page, "limit");
	page_close(what->page);
}

/** Those that are near, or what there is of the most usual ones. */
static void write_shares(const struct what *what, FILE *line, const struct share *shares,
			 size_t count, bool only_near)
{
	const char *before = only_near ? "near: " : "nothing near: ";

	for (size_t i = 0; i < count; i++) {
		if (!is_limited(&shares[i]) || (only_near && !is_near(&shares[i])))
			continue;
		fputs(before, line);
		write_share(what, line, &shares[i]);
		before = ", ";
	}
	if (*before == 'n')
		fputs("none that it could come near", line);
}

void what_tell_limits(struct what *what)
{
	bool known, near = false;
	uint64_t files = what_open_files(what, &known);

	page_section(what->page, "limits");
	if (what->facts.rcs[PROCESS_LIMITS]) {
		what_gap(what, "limits", what->facts.rcs[PROCESS_LIMITS]);
		return;
	}
	struct share shares[] = {
		{ "files", "files", known, false, files, what->facts.limits.soft[RLIMIT_NOFILE] },
		{ "signals", "signals queued", what->facts.status.has_queue, false,
		  what->facts.status.queued, what->facts.status.queue_limit },
		share_of(what, "locked", "locked memory", RLIMIT_MEMLOCK, PIDSTATUS_VM_LCK),
		share_of(what, "stack", "stack", RLIMIT_STACK, PIDSTATUS_VM_STK),
		share_of(what, "data", "data", RLIMIT_DATA, PIDSTATUS_VM_DATA),
		share_of(what, "mapped", "mapped", RLIMIT_AS, PIDSTATUS_VM_SIZE),
		{ "cpu_seconds", "seconds of CPU", true, false,
		  (uint64_t)((double)(what->facts.stat.utime + what->facts.stat.stime) *
			     (double)what->now.tick_ns / 1e9),
		  what->facts.limits.soft[RLIMIT_CPU] },
	};
	size_t count = sizeof(shares) / sizeof(shares[0]);

	shares[LOCKED].limit = locked_limit(what);

	for (size_t i = 0; i < count; i++) {
		near |= is_near(&shares[i]);
		tell_share(what, &shares[i]);
	}
	/* Of those that are far, the two that everybody asks for. */
	write_shares(what, page_line(what->page, "limits"), shares, near ? count : 2, near);
}
