/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/crowd.h"

#include <errno.h>
#include <stdlib.h>

#include "ask/unmatched.h"
#include "show/encode.h"

static bool is_process(const struct target *target)
{
	switch (target->kind) {
	case TARGET_PROCESS:
	case TARGET_NAME:
	case TARGET_PORT:
	case TARGET_WORD: /* of a question whose words are processes */
		return true;
	case TARGET_HANDLE:
	case TARGET_PATH:
		return false;
	}
	return false;
}

static int refuse(const struct inquiry *inquiry, struct error *err)
{
	for (size_t i = 0; i < inquiry->target_count; i++) {
		if (is_process(&inquiry->targets[i]))
			continue;
		char *shown = encode_copy(inquiry->targets[i].text);
		error_set(err, -EINVAL, "%s is no process: give a number, a name or a :port",
			  shown);
		free(shown);
		return -EINVAL;
	}
	return 0;
}

int crowd_scope(const struct inquiry *inquiry, struct outcome *outcome, struct scope *ret,
		struct error *err)
{
	int rc = refuse(inquiry, err);

	if (rc) {
		*ret = (struct scope){ 0 };
		arena_init(&ret->arena);
		return rc;
	}
	rc = scope_begin(inquiry, NULL, outcome, ret, err);
	for (size_t i = 0; i < ret->count; i++)
		ret->wishes[i].matched = ret->wishes[i].pid_count;
	return rc;
}

struct text crowd_text(struct crowd *crowd, struct text text)
{
	return sink_keeps(crowd->inquiry->sink) ? arena_text(&crowd->arena, text) : text;
}

void *crowd_row(struct crowd *crowd, size_t size)
{
	return arena_zero(&crowd->arena, 1, size);
}

bool crowd_push(struct crowd *crowd, const void *row)
{
	crowd->outcome->rows++;
	crowd->enough = !sink_push(crowd->inquiry->sink, row);
	return !crowd->enough;
}

static void found(void *context, const struct process_facts *facts)
{
	struct crowd *crowd = context;

	if (facts->rc || crowd->enough)
		return;
	crowd->tell(crowd, facts);
	if (!sink_keeps(crowd->inquiry->sink))
		arena_reset(&crowd->arena);
}

int crowd_ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err,
	      uint64_t needs, void (*tell)(struct crowd *crowd, const struct process_facts *facts))
{
	struct crowd crowd = { .inquiry = inquiry, .outcome = outcome, .tell = tell };
	struct scope scope;
	int rc = crowd_scope(inquiry, outcome, &scope, err);

	arena_init(&crowd.arena);
	if (!rc) {
		struct processes_look look = { .needs = needs,
					       .pids = scope.pids,
					       .pid_count = scope.pid_count,
					       .found = found,
					       .context = &crowd,
					       .enough = &crowd.enough };

		rc = processes_look(inquiry->source, &look, &outcome->tally, err);
	}
	if (!rc)
		unmatched_explain(inquiry, &scope, outcome);
	sink_finish(inquiry->sink);
	scope_end(&scope);
	arena_end(&crowd.arena);
	return rc;
}
