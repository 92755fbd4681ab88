/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/insight.h"

#include <errno.h>

#include "scan/facts.h"
#include "scan/probe.h"

/** In this order: what lies in the memory depends on the call. */
enum question { ASK_CALLS, ASK_MEMORY, ASK_FACTS, QUESTIONS };

/** For the texts of the facts: a stack of 8 MiB, the usual limit, has 2 of arguments at most: execve(2). */
enum { ROOM = 8 << 20 };

struct asking {
	struct facts_reading reading;
	struct insight_wish wish;
};

struct insight_pending {
	struct asking asking;
	struct probe probe;
	struct probing probing;
};

struct calls {
	bool compat;
	struct glances glances;
};

static const size_t ANSWER_SIZE = sizeof(struct facts_answer) + ROOM;
_Static_assert(sizeof(struct calls) < ROOM && sizeof(struct recall) < ROOM,
	       "all answers have room");

static const void *answer_at(const void *answers, enum question question)
{
	return (const char *)answers + question * ANSWER_SIZE;
}

static void ask_calls(const struct asking *asking, struct calls *out)
{
	out->compat =
		glance_is_compat(asking->reading.proc, asking->wish.pid, asking->wish.tids[0]);
	glances_read(asking->reading.proc, asking->wish.pid, asking->wish.tids, asking->wish.count,
		     &out->glances);
}

static void ask_memory(const struct asking *asking, const struct calls *calls, struct recall *out)
{
	const struct glance *chosen = &calls->glances.items[calls->glances.chosen];

	if (calls->glances.count && !chosen->rc && chosen->call.where == SYSCALL_INSIDE &&
	    !calls->compat)
		recall_read(asking->reading.proc, asking->wish.pid, chosen->tid, &chosen->call,
			    out);
}

static void ask(const void *context, size_t index, void *memory)
{
	const struct asking *asking = context;

	switch ((enum question)index) {
	case ASK_CALLS:
		ask_calls(asking, memory);
		break;
	case ASK_MEMORY:
		ask_memory(asking, (const void *)((const char *)memory - ANSWER_SIZE), memory);
		break;
	case ASK_FACTS:
		((struct facts_answer *)memory)->facts.pid = asking->wish.pid;
		facts_read(&asking->reading, memory);
		break;
	case QUESTIONS:
		break;
	}
}

static void take_facts(const struct facts_answer *answer, bool missing, struct arena *arena,
		       struct process_facts *ret)
{
	*ret = answer->facts;
	/* What had been read before it got stuck is there. */
	if (missing && ret->rcs[PROCESS_STAT])
		ret->rc = -ETIMEDOUT;
	struct text *const texts[] = {
		&ret->stat.comm,   &ret->status.name, &ret->status.groups, &ret->status.nspid,
		&ret->status.cpus, &ret->status.mems, &ret->cgroup,        &ret->wchan,
		&ret->exe,         &ret->cwd,         &ret->root,          &ret->cmdline,
		&ret->environ,
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_text(arena, *texts[i]);
}

static void take_calls(const void *answers, const bool *missing, struct arena *arena,
		       struct insight *ret)
{
	const struct calls *calls = answer_at(answers, ASK_CALLS);
	struct glances *glances = arena_zero(arena, 1, sizeof(*glances));
	const struct glance *chosen = &glances->items[calls->glances.chosen];

	*glances = calls->glances;
	*ret = (struct insight){
		.glances = glances,
		.compat = calls->compat,
		.tid = chosen->tid,
		.call_rc = missing[ASK_CALLS] ? -ETIMEDOUT : chosen->rc,
		.call = chosen->call,
		.state = chosen->state,
		.idle_known = chosen->idle_known,
		.idle_ns = chosen->idle_ns,
	};
	if (missing[ASK_MEMORY])
		ret->recall.rc = -ETIMEDOUT;
	else
		ret->recall = *(const struct recall *)answer_at(answers, ASK_MEMORY);
}

int insight_begin(const struct source *source, const struct insight_wish *wish, struct arena *arena,
		  struct insight_pending **ret)
{
	struct insight_pending *pending = arena_zero(arena, 1, sizeof(*pending));

	pending->asking = (struct asking){
		.reading = { .proc = source->proc,
			     .needs = wish->needs | PROCESS_NEED(PROCESS_STAT),
			     .room = ROOM,
			     .counts_files = facts_counts_files() },
		.wish = *wish,
	};
	pending->probe = (struct probe){ .count = QUESTIONS,
					 .answer_size = ANSWER_SIZE,
					 .ask = ask,
					 .context = &pending->asking,
					 .keep = source->proc,
					 .keeps_part = true };
	*ret = pending;
	return probe_begin(&pending->probe, &pending->probing);
}

int insight_finish(struct insight_pending *pending, struct arena *arena,
		   struct process_facts *facts, struct insight *ret)
{
	const bool *missing;
	void *answers;
	int rc = probe_finish(&pending->probing, &answers, &missing);

	if (rc)
		return rc;
	take_calls(answers, missing, arena, ret);
	take_facts(answer_at(answers, ASK_FACTS), missing[ASK_FACTS], arena, facts);
	probe_end(&pending->probe, answers);
	return 0;
}
