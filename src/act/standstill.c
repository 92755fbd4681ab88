/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/standstill.h"

#include "base/clock.h"
#include "show/encode.h"
#include "show/units.h"

enum { NAMED_MAX = 4 };

static void name_one(FILE *out, const struct stopped *one, bool threads)
{
	encode_shown(out, one->comm);
	fprintf(out, " (%u", one->pid);
	if (threads && one->threads > 1)
		fprintf(out, ", %u threads", one->threads);
	putc(')', out);
}

/** "mysqld (1423, 61 threads), java (99) and 2 others"; the threads only when asked for. */
static void name_them(FILE *out, const struct stopped *who, size_t count, bool threads)
{
	size_t named = count > NAMED_MAX ? NAMED_MAX - 1 : count;

	for (size_t i = 0; i < named; i++) {
		if (i)
			fputs(i + 1 == count ? " and " : ", ", out);
		name_one(out, &who[i], threads);
	}
	if (named < count)
		fprintf(out, " and %zu others", count - named);
}

const char *standstill_length(char buffer[64], int64_t ns)
{
	if (ns >= CLOCK_SECOND_NS)
		return units_duration(buffer, ns);
	snprintf(buffer, 64, "under a second");
	return buffer;
}

static const char *about(int64_t ns)
{
	return ns < CLOCK_SECOND_NS ? "" : "about ";
}

void standstill_tell_plan(FILE *out, const struct standstill_plan *plan, bool would)
{
	char size[UNITS_MAX], length[UNITS_MAX];
	bool many = plan->count > 1;
	/* It is a message then, and no question. */
	const char *indent = would ? "  " : "";

	name_them(out, plan->who, plan->count, true);
	fprintf(out, " %s stand still while ", would ? "would" : "will");
	units_size(size, plan->bytes);
	if (plan->files > 1)
		fprintf(out, "%zu files of %s are %s", plan->files, size,
			plan->cloned ? "cloned" : "compared with their copies");
	else
		fprintf(out, "%s are %s", size, plan->cloned ? "cloned" : "compared with a copy");
	fprintf(out, ": %s%s.\n", about(plan->length_ns),
		standstill_length(length, plan->length_ns));
	if (!plan->provable)
		fprintf(out,
			"%sNot everybody who may hold it can be seen: whether it is torn may stay "
			"open.\n",
			indent);
	fprintf(out, "%s%s on by %s afterwards, also if procowl is killed.", indent,
		many ? "They go" : "It goes", many ? "themselves" : "itself");
}

void standstill_tell(FILE *out, const struct standstill *still)
{
	char length[UNITS_MAX], clock[UNITS_MAX];

	name_them(out, still->who, still->count, false);
	fprintf(out, " stood still for %s, from %s.\n", units_duration(length, still->lasted_ns),
		units_clock(clock, still->begun_ns));
}
