/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/recover_show.h"

#include <stdio.h>
#include <unistd.h>

#include "model/recovery.h"
#include "show/encode.h"

bool recover_is_stream(const struct session *session)
{
	const char *output = session->acting.invocation->recover.output;

	return output && strcmp(output, "-") == 0;
}

FILE *recover_show_out(const struct session *session)
{
	return recover_is_stream(session) ? stderr : stdout;
}

/** "3 of 3 deleted files under /srv/shop are back in /backup/shop." */
static void tell_summary(const struct session *session, FILE *head, FILE *tail)
{
	struct text place = scope_place(&session->acting.files.scope);
	const char *directory = session->acting.invocation->recover.directory;
	size_t back = 0;

	for (size_t i = 0; i < session->count; i++)
		back += session->results[i].result == RECOVER_DONE;
	fprintf(head, "%zu of %zu deleted files", back, session->acting.files.count);
	if (place.len) {
		fputs(" under ", head);
		encode_shown(head, place);
	}
	fprintf(head, " %s back", back == 1 ? "is" : "are");
	if (directory) {
		fputs(" in ", head);
		encode_shown(head, text_of(directory));
	}
	fputs(".\n", head);
	if (place.len)
		fputs("  Files that no process had open are not among them: procowl cannot see "
		      "those.\n",
		      tail);
}

void recover_show_results(struct session *session)
{
	struct sink_options output = session->acting.invocation->output;
	bool text = output.format == FORMAT_TEXT, terminal = isatty(STDOUT_FILENO);

	bool told = session->acting.files.count < 2 || session->acting.invocation->recover.dry_run;

	if (recover_is_stream(session) || (text && terminal && told) || (text && !session->count))
		return;
	output.story = text && terminal;
	struct sink *sink = sink_begin(&recovery_table, &session->acting.invocation->selection,
				       &output, stdout);
	FILE *head = sink_head(sink), *tail = sink_tail(sink);
	if (head && tail)
		tell_summary(session, head, tail);
	for (size_t i = 0; i < session->count; i++)
		sink_push(sink, &session->results[i].row);
	sink_finish(sink);
	if (sink_end(sink))
		acting_worsen(&session->acting, STATUS_REFUSED);
}
