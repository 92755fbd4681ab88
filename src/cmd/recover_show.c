/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/recover_show.h"

#include <stdio.h>
#include <unistd.h>

#include "cmd/listing.h"
#include "model/deleted.h"
#include "model/recovery.h"
#include "show/encode.h"
#include "show/units.h"

/** The worst wins: 130 before 4, 4 before 5, and what could not be found counts as it says. */
void recover_worsen(struct session *session, enum status status)
{
	static const enum status order[] = { STATUS_ANSWERED,      STATUS_TORN,    STATUS_NOTHING,
					     STATUS_PARTLY_UNSEEN, STATUS_REFUSED, STATUS_USAGE,
					     STATUS_INTERRUPTED };
	size_t now = 0, then = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		now = order[i] == session->status ? i : now;
		then = order[i] == status ? i : then;
	}
	if (then > now)
		session->status = status;
}

bool recover_is_stream(const struct session *session)
{
	const char *output = session->invocation->recover.output;

	return output && strcmp(output, "-") == 0;
}

/** A table of candidates or of matches, to choose from; beside the file if that is streamed. */
void recover_show_choice(struct session *session)
{
	struct selection selection;
	struct sink_options output = session->invocation->output;
	FILE *out = recover_is_stream(session) ? stderr : stdout;

	output.story = output.format == FORMAT_TEXT && isatty(fileno(out));
	select_default(&deleted_table, &selection);
	struct sink *sink = sink_begin(&deleted_table, &selection, &output, out);
	session->inquiry.sink = sink;
	deleted_push(&session->files, 0, sink);
	deleted_tell_choice(&session->inquiry, &session->files);
	sink_finish(sink);
	sink_end(sink);
}

/** Without a target: what could be had. */
enum status recover_show_candidates(struct session *session)
{
	if (session->files.count)
		recover_show_choice(session);
	else
		command_complain("which one? No deleted file is open now; procowl help recover");
	listing_warn(session->invocation, &session->outcome, session->files.count > 0);
	return STATUS_USAGE;
}

/** The path is known only inside containers: say where, and act on none. */
bool recover_show_elsewhere(const struct session *session, const struct wish *wish)
{
	const struct deleted_files *files = &session->files;
	const struct deleted_file *file = NULL;
	char handle[HANDLE_MAX], size[UNITS_MAX];

	if (!wish->elsewhere)
		return false;
	fprintf(stderr, "procowl: no deleted ");
	encode_shown(stderr, text_of(wish->found.path));
	fprintf(stderr, " is open on this host; %s in a container\n",
		wish->matched == 1 ? "one is" : "some are");
	for (size_t i = 0; i < files->count; i++) {
		if (files->files[i].mounted.own ||
		    !text_equal(files->files[i].path, text_of(wish->found.path)))
			continue;
		file = &files->files[i];
		handle_format(handle, &file->holders[0].handle);
		fprintf(stderr, "  %s  ", handle);
		encode_shown(stderr, file->comms[0]);
		fprintf(stderr, "  %s  ", units_size(size, file->inode.size));
		encode_shown(stderr, file->path);
		if (file->container.len) {
			fputs(" in ", stderr);
			encode_shown(stderr, file->container);
		}
		putc('\n', stderr);
	}
	if (file)
		fprintf(stderr,
			"  back to its place there   %s recover %s\n"
			"  onto this host            %s recover %s -d .\n",
			session->invocation->program, handle, session->invocation->program, handle);
	return true;
}

/** "3 of 3 deleted files under /srv/shop are back in /backup/shop." */
static void tell_summary(const struct session *session, FILE *head, FILE *tail)
{
	struct text place = scope_place(&session->files.scope);
	const char *directory = session->invocation->recover.directory;
	size_t back = 0;

	for (size_t i = 0; i < session->count; i++)
		back += session->results[i].result == RECOVER_DONE;
	fprintf(head, "%zu of %zu deleted files", back, session->files.count);
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
	struct sink_options output = session->invocation->output;
	bool text = output.format == FORMAT_TEXT, terminal = isatty(STDOUT_FILENO);

	bool told = session->files.count < 2 || session->invocation->recover.dry_run;

	if (recover_is_stream(session) || (text && terminal && told) || (text && !session->count))
		return;
	output.story = text && terminal;
	struct sink *sink =
		sink_begin(&recovery_table, &session->invocation->selection, &output, stdout);
	FILE *head = sink_head(sink), *tail = sink_tail(sink);
	if (head && tail)
		tell_summary(session, head, tail);
	for (size_t i = 0; i < session->count; i++)
		sink_push(sink, &session->results[i].row);
	sink_finish(sink);
	if (sink_end(sink))
		recover_worsen(session, STATUS_REFUSED);
}
