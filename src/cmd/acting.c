/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/acting.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "ask/absent.h"
#include "base/clock.h"
#include "cmd/listing.h"
#include "show/encode.h"
#include "show/units.h"

enum status acting_begin(struct acting *acting, struct invocation *invocation, struct error *err)
{
	*acting = (struct acting){
		.invocation = invocation,
		.source.proc = -1,
		.begun_ns = clock_ns(CLOCK_MONOTONIC),
	};
	arena_init(&acting->arena);
	if (listing_source(invocation, &acting->source, err))
		return acting->status = STATUS_USAGE;
	acting->inquiry = (struct inquiry){
		.source = &acting->source,
		.targets = invocation->targets,
		.target_count = invocation->target_count,
		.program = invocation->program,
		.line = invocation->line,
		.acts = invocation->command->name,
	};
	int rc = deleted_find(&acting->inquiry, NEED_CONTAINER | NEED_OLD_NAME, &acting->outcome,
			      &acting->files, err);
	if (rc)
		acting->status = rc == -ETIMEDOUT ? STATUS_REFUSED : STATUS_USAGE;
	return acting->status;
}

enum status acting_end(struct acting *acting)
{
	if (acting->inquiry.source) {
		if (acting->invocation->verbose)
			listing_verbose(&acting->source, &acting->outcome, acting->begun_ns);
		deleted_end(&acting->files);
	}
	arena_end(&acting->arena);
	source_close(&acting->source);
	return acting->status;
}

void acting_worsen(struct acting *acting, enum status status)
{
	static const enum status order[] = { STATUS_ANSWERED,      STATUS_TORN,    STATUS_NOTHING,
					     STATUS_PARTLY_UNSEEN, STATUS_REFUSED, STATUS_USAGE,
					     STATUS_INTERRUPTED };
	size_t now = 0, then = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		now = order[i] == acting->status ? i : now;
		then = order[i] == status ? i : then;
	}
	if (then > now)
		acting->status = status;
}

/** "  48211:5  python3  700M  /var/log/app.log in web-7d9f6c5b9 (3f2a91c07b5e)" */
static void show_contained(const struct deleted_file *file, const char *handle)
{
	char size[UNITS_MAX];

	fprintf(stderr, "  %s  ", handle);
	encode_shown(stderr, deleted_comm(file, 0));
	fprintf(stderr, "  %s  ", units_size(size, file->inode.size));
	encode_shown(stderr, deleted_path(file));
	if (file->site->container.name.len) {
		fputs(" in ", stderr);
		encode_shown(stderr, file->site->container.name);
	}
	if (file->site->container.id.len) {
		fputs(" (", stderr);
		encode_shown(stderr, file->site->container.id);
		putc(')', stderr);
	}
	putc('\n', stderr);
}

/** The path is known only inside containers: say where. */
static void show_elsewhere(const struct acting *acting, const struct wish *wish)
{
	const struct deleted_files *files = &acting->files;
	const char *program = acting->invocation->program;
	const char *command = acting->invocation->command->name;
	char handle[HANDLE_MAX] = "";

	fprintf(stderr, "procowl: no deleted ");
	encode_shown(stderr, text_of(wish->found.path));
	fprintf(stderr, " is open on this host; %s in a container\n",
		wish->matched == 1 ? "one is" : "some are");
	for (size_t i = 0; i < files->count; i++) {
		if (files->files[i].site->mounted.own ||
		    !text_equal(deleted_path(&files->files[i]), text_of(wish->found.path)))
			continue;
		handle_format(handle, &files->files[i].holders[0].handle);
		show_contained(&files->files[i], handle);
	}
	if (!*handle)
		return;
	if (acting->invocation->command == &command_recover)
		fprintf(stderr,
			"  back to its place there   %s recover %s\n"
			"  onto this host            %s recover %s -d .\n",
			program, handle, program, handle);
	else
		fprintf(stderr, "  %s %s %s\n", program, command, handle);
}

static void explain(struct acting *acting, const struct wish *wish)
{
	static const enum status statuses[] = {
		[ABSENT_NOTHING] = STATUS_NOTHING,
		[ABSENT_UNSEEN] = STATUS_PARTLY_UNSEEN,
		[ABSENT_REFUSED] = STATUS_REFUSED,
		[ABSENT_NO_PROCESS] = STATUS_USAGE,
	};
	struct error err = { "" };
	enum absence absence = absent_explain(&acting->inquiry, wish, &acting->outcome, &err);

	acting_worsen(acting, statuses[absence]);
	if (*err.message)
		command_complain(err.message);
}

bool acting_explain(struct acting *acting)
{
	bool go_on = true;

	if (*acting->outcome.complaints.message)
		command_complain(acting->outcome.complaints.message);
	for (size_t i = 0; i < acting->files.scope.count; i++) {
		const struct wish *wish = &acting->files.scope.wishes[i];

		if (wish->elsewhere) {
			show_elsewhere(acting, wish);
			acting_worsen(acting, STATUS_NOTHING);
			go_on = false;
		}
		if (!wish->matched)
			explain(acting, wish);
	}
	return go_on;
}

bool acting_is_ambiguous(const struct acting *acting)
{
	for (size_t i = 0; i < acting->files.scope.count; i++) {
		const struct wish *wish = &acting->files.scope.wishes[i];

		/* A directory is meant to mean many. */
		if (wish->matched > 1 && !wish->found.is_directory)
			return true;
	}
	return false;
}

void acting_show_choice(struct acting *acting, FILE *out)
{
	struct selection selection;
	struct sink_options output = acting->invocation->output;

	output.story = output.format == FORMAT_TEXT && isatty(fileno(out));
	select_default(&deleted_table, &selection);
	struct sink *sink = sink_begin(&deleted_table, &selection, &output, out);
	acting->inquiry.sink = sink;
	deleted_push(&acting->files, 0, sink);
	deleted_tell_choice(&acting->inquiry, &acting->files);
	sink_finish(sink);
	sink_end(sink);
}

enum status acting_show_candidates(struct acting *acting, FILE *out)
{
	char message[128];

	if (acting->files.count) {
		acting_show_choice(acting, out);
	} else {
		snprintf(message, sizeof(message),
			 "which one? No deleted file is open now; procowl help %s",
			 acting->invocation->command->name);
		command_complain(message);
	}
	listing_warn(acting->invocation, &acting->outcome, acting->files.count > 0);
	return STATUS_USAGE;
}
