/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A process as a row. What was not asked for is not looked up; what could not be had stays a gap.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "ask/ps_telling.h"
#include "ask/ps_words.h"
#include "kernel/terminal.h"

static void tell_identity(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	struct arena *arena = telling->ask->arena;

	tell_number(telling, PROCESS_COLUMN_PID, facts->pid);
	if (facts->tid)
		tell_number(telling, PROCESS_COLUMN_TID, facts->tid);
	if (is_shown(telling, PROCESS_COLUMN_HANDLE))
		tell_text(telling, PROCESS_COLUMN_HANDLE,
			  facts->tid ? arena_format(arena, "%u/%u", facts->pid, facts->tid) :
				       arena_format(arena, "%u", facts->pid));
}

static void tell_owner(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	struct people *people = telling->ask->people;

	if (!has(telling, PROCESS_OWNER))
		return;
	tell_number(telling, PROCESS_COLUMN_UID, facts->uid);
	tell_number(telling, PROCESS_COLUMN_GID, facts->gid);
	if (needs(telling, PROCESS_NEED_USER))
		tell_text(telling, PROCESS_COLUMN_USER, people_user(people, facts->uid));
	if (needs(telling, PROCESS_NEED_GROUP))
		tell_text(telling, PROCESS_COLUMN_GROUP, people_group(people, facts->gid));
}

/** Over its life, or since the first look. */
static void tell_cpu(const struct telling *telling, uint64_t ticks)
{
	const struct process_facts *facts = telling->facts;
	const struct boottime *boottime = &telling->ask->boottime;
	const struct ps_past *past = ps_sample_find(&telling->ask->sample, facts);
	int64_t from_ns = past ? past->at_ns : (int64_t)facts->stat.start * boottime->tick_ns;
	int64_t over_ns = facts->at_ns - from_ns;
	uint64_t before = past ? past->ticks : 0;
	/* Over bpf a thread that ends in between may be missed: a sum can step back. */
	double used_ns = ticks > before ? (double)(ticks - before) * (double)boottime->tick_ns : 0;

	/* Who has just begun has not even lived for a tick. */
	if (over_ns < boottime->tick_ns)
		over_ns = boottime->tick_ns;
	tell_number(telling, PROCESS_COLUMN_CPU, (uint64_t)(used_ns * 100000 / (double)over_ns));
}

static void tell_times(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	const struct boottime *boottime = &telling->ask->boottime;
	uint64_t ticks = facts->stat.utime + facts->stat.stime;
	uint64_t tick_ns = (uint64_t)boottime->tick_ns;
	int64_t start_ns = (int64_t)facts->stat.start * boottime->tick_ns;

	tell_cpu(telling, ticks);
	tell_number(telling, PROCESS_COLUMN_TIME, ticks * tick_ns);
	tell_signed(telling, PROCESS_COLUMN_START, boottime_moment(boottime, facts->stat.start));
	tell_signed(telling, PROCESS_COLUMN_ELAPSED,
		    facts->at_ns > start_ns ? facts->at_ns - start_ns : 0);
	if (facts->stat.has_tail)
		tell_number(telling, PROCESS_COLUMN_IOWAIT, facts->stat.blkio_ticks * tick_ns);
}

static bool is_real_time(unsigned int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR || policy == 6 /* SCHED_DEADLINE */;
}

static void tell_scheduling(const struct telling *telling)
{
	const struct pidstat *stat = &telling->facts->stat;

	tell_signed(telling, PROCESS_COLUMN_PRIORITY, stat->priority);
	if (!stat->has_tail)
		return;
	if (is_shown(telling, PROCESS_COLUMN_POLICY))
		tell_text(telling, PROCESS_COLUMN_POLICY,
			  ps_policy(telling->ask->arena, stat->policy));
	tell_signed(telling, PROCESS_COLUMN_LASTCPU, stat->processor);
	if (is_real_time(stat->policy))
		tell_number(telling, PROCESS_COLUMN_RTPRIO, stat->rt_priority);
	else
		tell_signed(telling, PROCESS_COLUMN_NICE, stat->nice);
}

static void tell_terminal(const struct telling *telling)
{
	char name[TERMINAL_NAME_MAX];

	if (is_shown(telling, PROCESS_COLUMN_TTY) && telling->facts->stat.tty)
		tell_text(telling, PROCESS_COLUMN_TTY,
			  copy(telling, text_of(terminal_name(name, telling->facts->stat.tty))));
}

/** Of one name one copy. */
static void tell_name(const struct telling *telling)
{
	if (!is_shown(telling, PROCESS_COLUMN_COMMAND) && !is_shown(telling, PROCESS_COLUMN_COMM))
		return;
	struct text name = copy(telling, telling->facts->stat.comm);
	tell_text(telling, PROCESS_COLUMN_COMMAND, name);
	tell_text(telling, PROCESS_COLUMN_COMM, name);
}

static void tell_stat(const struct telling *telling)
{
	const struct pidstat *stat = &telling->facts->stat;

	tell_text(telling, PROCESS_COLUMN_STATE, ps_state(telling->ask->arena, stat->state));
	tell_name(telling);
	tell_number(telling, PROCESS_COLUMN_RSS, stat->rss_pages * telling->ask->page);
	tell_number(telling, PROCESS_COLUMN_VSZ, stat->vsize);
	tell_number(telling, PROCESS_COLUMN_THREADS, stat->threads);
	tell_number(telling, PROCESS_COLUMN_PPID, stat->ppid);
	tell_signed(telling, PROCESS_COLUMN_PGID, stat->pgrp);
	tell_signed(telling, PROCESS_COLUMN_SID, stat->session);
	tell_number(telling, PROCESS_COLUMN_MINFLT, stat->minflt);
	tell_number(telling, PROCESS_COLUMN_MAJFLT, stat->majflt);
	tell_times(telling);
	tell_scheduling(telling);
	tell_terminal(telling);
}

/** What a person recognises: the command line, or [comm]. */
static void tell_args(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	struct arena *arena = telling->ask->arena;

	if (!needs(telling, PROCESS_CMDLINE))
		return;
	struct text line = ps_command_line(arena, facts->cmdline);
	if (!line.len)
		line = arena_format(arena, "[%.*s]", (int)facts->stat.comm.len,
				    facts->stat.comm.bytes);
	tell_text(telling, PROCESS_COLUMN_ARGS, line);
	if (facts_have(facts, PROCESS_CMDLINE) && is_shown(telling, PROCESS_COLUMN_CMDLINE))
		tell_names(telling, PROCESS_COLUMN_CMDLINE, ps_words(arena, facts->cmdline));
}

static uint64_t rate(uint64_t now, uint64_t before, int64_t over_ns)
{
	if (now < before || over_ns <= 0)
		return 0;
	return (uint64_t)((double)(now - before) * 1e9 / (double)over_ns);
}

static void tell_io(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	const struct ps_past *past = ps_sample_find(&telling->ask->sample, facts);

	if (!has(telling, PROCESS_IO))
		return;
	tell_number(telling, PROCESS_COLUMN_READ, facts->io.read_bytes);
	tell_number(telling, PROCESS_COLUMN_WRITE, facts->io.write_bytes);
	tell_number(telling, PROCESS_COLUMN_RCHAR, facts->io.rchar);
	tell_number(telling, PROCESS_COLUMN_WCHAR, facts->io.wchar);
	if (!past || !past->has_io)
		return;
	int64_t over_ns = facts->at_ns - past->at_ns;
	tell_number(telling, PROCESS_COLUMN_READ_RATE,
		    rate(facts->io.read_bytes, past->read, over_ns));
	tell_number(telling, PROCESS_COLUMN_WRITE_RATE,
		    rate(facts->io.write_bytes, past->write, over_ns));
}

static void tell_memory(const struct telling *telling)
{
	const struct rollup *rollup = &telling->facts->rollup;

	if (telling->facts->rcs[PROCESS_ROLLUP] == -EFBIG)
		telling->ask->too_big++;
	if (!has(telling, PROCESS_ROLLUP))
		return;
	tell_number(telling, PROCESS_COLUMN_PSS, rollup->pss);
	tell_number(telling, PROCESS_COLUMN_USS, rollup->private_clean + rollup->private_dirty);
	tell_number(telling, PROCESS_COLUMN_SWAPPSS, rollup->swap_pss);
}

static void tell_limits(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	struct nearest nearest;

	if (has(telling, PROCESS_FDS))
		tell_number(telling, PROCESS_COLUMN_FDS, facts->fds);
	if (!has(telling, PROCESS_LIMITS))
		return;
	uint64_t files = facts->limits.soft[RLIMIT_NOFILE];
	if (files != LIMITS_NONE)
		tell_number(telling, PROCESS_COLUMN_FDLIMIT, files);
	if (!ps_near_find(&telling->ask->near, facts, telling->ask->arena, &nearest))
		return;
	tell_text(telling, PROCESS_COLUMN_LIMIT, nearest.words);
	tell_number(telling, PROCESS_COLUMN_LIMIT_USED, nearest.thousandths);
}

static void tell_rest(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;

	if (has(telling, PROCESS_OOM_SCORE))
		tell_signed(telling, PROCESS_COLUMN_OOM, facts->oom_score);
	if (has(telling, PROCESS_OOM_ADJ))
		tell_signed(telling, PROCESS_COLUMN_OOM_ADJ, facts->oom_score_adj);
	if (has(telling, PROCESS_SCHEDSTAT))
		tell_number(telling, PROCESS_COLUMN_DELAY, facts->schedstat.wait_ns);
	/* "0" is also what is told to who may not know. */
	if (has(telling, PROCESS_WCHAN) && !text_is(facts->wchan, "0"))
		tell_text(telling, PROCESS_COLUMN_WCHAN, copy(telling, facts->wchan));
}

/** What was kept from us is there all the same. */
static void tell_denied(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	uint64_t denied = 0;

	for (unsigned int i = 0; i < PROCESS_FILE_COUNT; i++)
		denied |= facts->rc || facts_were_denied(facts, i) ? PROCESS_NEED(i) : 0;
	if (facts_have(facts, PROCESS_OWNER))
		denied &= ~PROCESS_NEED(PROCESS_OWNER);
	for (size_t i = 0; denied && i < process_table.count; i++) {
		if (process_table.columns[i].needs & denied)
			facts_deny(&telling->row->facts, (unsigned int)i);
	}
	tell_text(telling, PROCESS_COLUMN_ERROR, ps_why(facts));
}

void ps_row(struct ps_ask *ask, const struct process_facts *facts, struct process_row *ret)
{
	struct telling telling = { ask, facts, ret };

	*ret = (struct process_row){ 0 };
	tell_identity(&telling);
	tell_owner(&telling);
	if (!facts->rc) {
		tell_stat(&telling);
		ps_tell_status(&telling);
		tell_args(&telling);
		tell_io(&telling);
		tell_memory(&telling);
		tell_limits(&telling);
		ps_tell_place(&telling);
		tell_rest(&telling);
	}
	tell_denied(&telling);
}
