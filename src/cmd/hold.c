/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl hold: keep deleted files alive even if their process ends.
 */
#include <errno.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include "act/hold.h"
#include "act/keeper.h"
#include "cmd/acting.h"
#include "cmd/listing.h"
#include "cmd/options.h"

/** All that one call of the command works on. */
struct holding_session {
	struct acting acting;
	struct holds holds;
};

static const struct argp_option options[] = {
	{ "background", 'b', NULL, 0, "go on after the terminal closes", 0 },
	{ "columns", 'o', "LIST", 0,
	  "columns to show, with commas; +LIST adds to the usual, all is all", 0 },
	{ "no-header", 'n', NULL, 0, "no line of column names", 0 },
	{ "bytes", OPTION_BYTES, NULL, 0, "sizes in bytes", 0 },
	{ 0 },
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	if (key != 'b')
		return -ENOENT;
	invocation->background = true;
	return 0;
}

/** Refusals are said always; what root could do better is said too. */
static void complain(struct holding_session *session)
{
	const struct holds *holds = &session->holds;

	for (size_t i = 0; i < holds->count; i++) {
		const struct hold *hold = &holds->items[i];

		if (hold->refusal.len) {
			command_complain(hold->refusal.bytes);
			acting_worsen(&session->acting, STATUS_REFUSED);
		}
	}
}

static void warn_unreadable(const struct holds *holds)
{
	size_t count = 0;

	for (size_t i = 0; i < holds->count; i++)
		count += holds->items[i].unreadable;
	if (count)
		fprintf(stderr, "procowl: %s held, but only root can read and recover %s\n",
			count == 1 ? "it is" : "some are", count == 1 ? "it" : "those");
}

/** A table, off a terminal for a single file too: a script wants the handle. 0 or -errno. */
static int show_table(struct holding_session *session, const struct hold_end *end)
{
	const struct invocation *invocation = session->acting.invocation;
	struct sink_options output = invocation->output;

	output.story = output.format == FORMAT_TEXT && isatty(STDOUT_FILENO);
	struct sink *sink = sink_begin(&holding_table, &invocation->selection, &output, stdout);
	FILE *head = sink_head(sink), *tail = sink_tail(sink);
	if (head && tail && session->holds.held)
		hold_tell_all(&session->holds, end, head, tail);
	for (size_t i = 0; i < session->holds.count; i++)
		sink_push(sink, &session->holds.items[i].row);
	sink_finish(sink);
	return sink_end(sink);
}

/** What is held, as what, by process `end->pid`; to its last byte. 0, or -errno and a message. */
static int show(struct holding_session *session, const struct hold_end *end, struct error *err)
{
	struct holds *holds = &session->holds;
	const struct invocation *invocation = session->acting.invocation;
	bool story = invocation->output.format == FORMAT_TEXT && isatty(STDOUT_FILENO) &&
		     !invocation->columns_chosen;
	int rc = 0;

	hold_rows(holds, end->pid);
	if (!story || holds->count > 1)
		rc = show_table(session, end);
	else if (holds->held)
		hold_tell(holds, end, stdout);
	if (!rc && fflush(stdout))
		rc = -errno;
	if (!rc)
		return 0;
	__fpurge(stdout);
	clearerr(stdout);
	return error_set(err, rc, "cannot write the answer: %s\n  Nothing is held.", strerror(-rc));
}

/** What follows may take a year. */
static void tell_verbose(struct acting *acting)
{
	if (acting->invocation->verbose)
		listing_verbose(&acting->source, &acting->outcome, acting->begun_ns);
	acting->invocation->verbose = false;
}

/** Until Ctrl-C, kill, or the end of the terminal. */
static enum status hold_here(struct holding_session *session, struct error *err)
{
	struct keeper_signals signals;

	keeper_become(&signals);
	struct hold_end end = { .pid = (unsigned int)getpid(),
				.by_interrupt = signals.by_interrupt };
	if (show(session, &end, err))
		return STATUS_USAGE;
	tell_verbose(&session->acting);
	keeper_wait(&signals);
	return session->acting.status;
}

/** The child is let out when its handles have been told, and not before. */
static enum status hold_behind(struct holding_session *session, struct error *err)
{
	struct keeper keeper;
	int rc = keeper_start(&keeper);

	if (rc) {
		error_set(err, rc, "cannot start the process that holds: %s\n  Nothing is held.",
			  rc == -ESRCH ? "it ended at once" : strerror(-rc));
		return STATUS_REFUSED;
	}
	struct hold_end end = { .pid = (unsigned int)keeper.pid, .background = true };
	if (show(session, &end, err)) {
		keeper_end(&keeper);
		return STATUS_USAGE;
	}
	if (keeper_let_out(&keeper)) {
		error_set(err, -ESRCH,
			  "process %d, which was to hold, has ended\n"
			  "  Nothing is held.",
			  keeper.pid);
		return STATUS_REFUSED;
	}
	return session->acting.status;
}

static enum status hold(struct holding_session *session, struct error *err)
{
	struct acting *acting = &session->acting;

	if (hold_take(&session->holds, &acting->files, err))
		return STATUS_REFUSED;
	complain(session);
	if (!session->holds.held)
		return show(session, &(struct hold_end){ 0 }, err) ? STATUS_USAGE : acting->status;
	warn_unreadable(&session->holds);
	/* Numbers from 3 on are wanted: that of /proc is one. */
	source_close(&acting->source);
	int rc = hold_settle(&session->holds);
	if (rc) {
		error_set(err, rc, "cannot keep the files open: %s\n  Nothing is held.",
			  strerror(-rc));
		return STATUS_REFUSED;
	}
	return acting->invocation->background ? hold_behind(session, err) : hold_here(session, err);
}

static enum status act(struct holding_session *session, struct error *err)
{
	struct acting *acting = &session->acting;

	if (!acting->invocation->target_count)
		return acting_show_candidates(acting, stdout);
	/* Several are as good as one: to hold them harms nobody. */
	if (acting_explain(acting) && acting->files.count)
		return hold(session, err);
	if (acting->invocation->output.format != FORMAT_TEXT &&
	    show(session, &(struct hold_end){ 0 }, err))
		return STATUS_USAGE;
	return acting->status;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct holding_session session = { 0 };

	if (acting_begin(&session.acting, invocation, err) == STATUS_ANSWERED) {
		session.holds = (struct holds){
			.source = &session.acting.source,
			.arena = &session.acting.arena,
			.program = invocation->program,
			.line = invocation->line,
		};
		session.acting.status = act(&session, err);
	}
	return acting_end(&session.acting);
}

static void how_loop(const struct handle *loop, FILE *out)
{
	char recipe[HANDLE_MAX + 32], device[HANDLE_MAX];
	struct handle bare = *loop;

	bare.guarded = false;
	snprintf(recipe, sizeof(recipe), "sleep infinity < %s &", handle_format(device, &bare));
	command_recipe(out, recipe,
		       "a loop device keeps its file until nobody has the device open any more",
		       "the file itself: the device may be detached; outlives the terminal");
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[OPEN_FILE_PATH_MAX + 64] = "sleep infinity < /proc/PID/fd/N &",
					 path[OPEN_FILE_PATH_MAX];

	const struct handle *handle = command_handle(invocation);

	if (handle && handle->use == USE_LOOP) {
		how_loop(handle, out);
		return;
	}
	if (command_link(invocation, path))
		snprintf(recipe, sizeof(recipe), "sleep infinity < /proc/%s &", path);
	command_recipe(out, recipe,
		       "a deleted file lives until the last process closes it; now sleep has it "
		       "open too",
		       "files it may not read, many at once; outlives the terminal; never takes "
		       "another file");
}

const struct command command_hold = {
	.name = "hold",
	.group = "lost a file",
	.asks = "keep them alive even if their process ends",
	.usage = "TARGET… [-b]",
	.details =
		"A TARGET is what it is for recover; where it means several files, all of them are\n"
		"held. Without -b it waits, and Ctrl-C lets go. recover takes the handles it prints.\n",
	.table = &holding_table,
	.options = options,
	.shared = options_acting,
	.take = take,
	.run = run,
	.how = how,
};
