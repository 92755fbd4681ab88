/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which variables was a program given? Of processes that we may look into.
 */
#include "ask/crowd.h"
#include "ask/what.h"
#include "model/variable.h"

/** "NAME=VALUE"; what has no '=' is a name alone. `all`: secrets too, which else are masked as in `what`. */
static void tell_variable(struct text variable, bool all, struct variable_row *row)
{
	const char *equals = variable.len ? memchr(variable.bytes, '=', variable.len) : NULL;
	size_t len = equals ? (size_t)(equals - variable.bytes) : variable.len;

	row->name = text_first(variable, len);
	facts_know(&row->facts, VARIABLE_NAME);
	if (!equals)
		return;
	row->value = text_from(variable, len + 1);
	bool secret = what_is_secret(row->name, row->value);
	row->secret = text_of(secret ? "yes" : "no");
	facts_know(&row->facts, VARIABLE_SECRET);
	if (all || !secret)
		facts_know(&row->facts, VARIABLE_VALUE);
}

static void tell(struct crowd *crowd, const struct process_facts *facts)
{
	struct text command = crowd_text(crowd, facts->stat.comm), all, variable;

	if (!facts_have(facts, PROCESS_ENVIRON))
		return;
	all = crowd_text(crowd, facts->environ);
	while (text_next(&all, '\0', &variable)) {
		/* A program that wrote its title over it leaves holes: setproctitle(3bsd). */
		if (!variable.len)
			continue;
		struct variable_row *row = crowd_row(crowd, sizeof(*row));
		row->pid = facts->pid;
		row->command = command;
		facts_know(&row->facts, VARIABLE_PID);
		facts_know(&row->facts, VARIABLE_COMMAND);
		tell_variable(variable, crowd->inquiry->all, row);
		if (!crowd_push(crowd, row))
			return;
	}
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return crowd_ask(inquiry, outcome, err, PROCESS_NEED(PROCESS_ENVIRON), tell);
}

const struct question question_environment = {
	.name = "environment",
	.asks = "which variables was a program given?",
	.table = &variable_table,
	.words_are_processes = true,
	.ask = ask,
};
