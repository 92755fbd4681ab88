/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sentence above the table of `files`, and what to do about the deleted ones below it.
 */
#include <inttypes.h>

#include "ask/files.h"
#include "show/encode.h"
#include "show/units.h"

static void tell_counts(const struct files_ask *ask, FILE *head)
{
	const char *join = "";

	if (ask->processes == 1) {
		encode_shown(head, ask->comm);
		fprintf(head, " (%u) has ", ask->pid);
	} else {
		fprintf(head, "%" PRIu64 " processes have ", ask->processes);
	}
	if (ask->descriptors || !ask->mapped) {
		fprintf(head, "%" PRIu64 " descriptor%s", ask->descriptors,
			units_plural(ask->descriptors));
		join = " and ";
	}
	if (ask->mapped)
		fprintf(head, "%s%" PRIu64 " mapped file%s", join, ask->mapped,
			units_plural(ask->mapped));
	fputs(" open", head);
}

void files_tell(const struct files_ask *ask)
{
	FILE *head = sink_head(ask->inquiry->sink), *tail = sink_tail(ask->inquiry->sink);
	const char *program = ask->inquiry->program;
	char handle[HANDLE_MAX];

	if (!head || !tail || !ask->outcome->rows)
		return;
	if (!ask->only_handles) {
		tell_counts(ask, head);
		if (ask->deleted)
			fprintf(head, "; %" PRIu64 " %s deleted", ask->deleted,
				ask->deleted == 1 ? "is" : "are");
		fputs(".\n", head);
	}
	if (!ask->deleted || ask->inquiry->source->foreign)
		return;
	if (ask->deleted == 1)
		fprintf(tail, "  get the deleted one back   %s recover %s\n", program,
			handle_format(handle, &ask->deleted_at));
	else if (ask->processes == 1)
		fprintf(tail, "  the deleted ones   %s deleted %u\n", program, ask->pid);
	else
		fprintf(tail, "  the deleted ones   %s deleted\n", program);
}
