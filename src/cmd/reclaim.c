/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl reclaim: give the space of deleted files back while they are open.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/consent.h"
#include "cmd/options.h"
#include "cmd/reclaim_show.h"

static const struct argp_option options[] = {
	{ "yes", 'y', NULL, 0, "do it without asking", 0 },
	{ "discard", OPTION_DISCARD, NULL, 0, "also what somebody may still read", 0 },
	{ 0 },
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	switch (key) {
	case 'y':
		invocation->reclaim.yes = true;
		return 0;
	case OPTION_DISCARD:
		invocation->reclaim.discard = true;
		return 0;
	default:
		return -ENOENT;
	}
}

static enum status refuse_ambiguous(struct acting *acting, struct error *err)
{
	acting_show_choice(acting, stdout);
	error_set(err, -EINVAL,
		  "%zu deleted files are meant. Nothing was changed.\n  Name one by its handle, or "
		  "their directory for all of them.",
		  acting->files.count);
	return STATUS_USAGE;
}

/** What is not to be done is said at once, one by one. */
static void take_refusal(struct reclaim_session *session, const struct reclaimed *reclaimed)
{
	if (reclaimed->result == RECLAIM_REFUSED) {
		command_complain(reclaimed->err.message);
		acting_worsen(&session->acting, STATUS_REFUSED);
	} else if (reclaimed->result == RECLAIM_INTERRUPTED) {
		command_complain("interrupted; nothing more was changed");
		acting_worsen(&session->acting, STATUS_INTERRUPTED);
	}
}

static int plan_all(struct reclaim_session *session, struct error *err)
{
	struct deleted_files *files = &session->acting.files;

	session->items = arena_zero(&session->acting.arena, files->count, sizeof(*session->items));
	int rc =
		reclaim_plan(&session->reclaiming, files->files, files->count, session->items, err);
	if (rc)
		return rc;
	session->count = files->count;
	for (size_t i = 0; i < session->count; i++) {
		take_refusal(session, &session->items[i]);
		session->planned += session->items[i].result == RECLAIM_PLANNED;
	}
	return 0;
}

static void carry_out_all(struct reclaim_session *session)
{
	bool *planned = arena_zero(&session->acting.arena, session->count, sizeof(*planned));

	for (size_t i = 0; i < session->count; i++)
		planned[i] = session->items[i].result == RECLAIM_PLANNED;
	reclaim_carry_out(&session->reclaiming, session->items, session->count);
	for (size_t i = 0; i < session->count; i++) {
		if (planned[i])
			take_refusal(session, &session->items[i]);
	}
}

/** Without a person who answers, nothing is done; the plan is there for one to read. */
static void leave_undone(struct reclaim_session *session)
{
	struct error err;

	reclaim_show_plan(session);
	error_set(&err, 0, "nothing was changed; to do it without being asked: %s -y",
		  session->acting.invocation->line);
	command_complain(err.message);
	acting_worsen(&session->acting, STATUS_USAGE);
}

static void ask(struct reclaim_session *session)
{
	struct acting *acting = &session->acting;

	reclaim_show_plan(session);
	switch (consent_ask(&acting->interrupt,
			    session->planned == 1 ? "Empty it?" : "Empty them?")) {
	case CONSENT_GIVEN:
		carry_out_all(session);
		reclaim_show_results(session);
		return;
	case CONSENT_REFUSED:
		command_complain("nothing was changed");
		acting_worsen(acting, STATUS_REFUSED);
		return;
	case CONSENT_INTERRUPTED:
		putchar('\n');
		command_complain("interrupted; nothing was changed");
		acting_worsen(acting, STATUS_INTERRUPTED);
		return;
	}
}

static enum status reclaim_all(struct reclaim_session *session, struct error *err)
{
	const struct invocation *invocation = session->acting.invocation;
	bool to_people = invocation->output.format == FORMAT_TEXT && consent_can_ask();

	if (plan_all(session, err))
		return STATUS_REFUSED;
	if (!session->planned) {
		reclaim_show_results(session);
	} else if (invocation->reclaim.yes) {
		carry_out_all(session);
		reclaim_show_results(session);
	} else if (to_people) {
		ask(session);
	} else {
		leave_undone(session);
	}
	for (size_t i = 0; i < session->count; i++)
		reclaim_end(&session->items[i]);
	return session->acting.status;
}

static enum status act(struct reclaim_session *session, struct error *err)
{
	struct acting *acting = &session->acting;

	if (!acting->invocation->target_count)
		return acting_show_candidates(acting, stdout);
	bool go_on = acting_explain(acting);
	if (acting->files.count && go_on && acting_is_ambiguous(acting))
		return refuse_ambiguous(acting, err);
	if (!go_on) {
		reclaim_show_results(session);
		return acting->status;
	}
	interrupt_begin(&acting->interrupt);
	enum status status = reclaim_all(session, err);
	interrupt_end(&acting->interrupt);
	return status;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct reclaim_session session = { 0 };

	if (acting_begin(&session.acting, invocation, err) == STATUS_ANSWERED) {
		session.reclaiming = (struct reclaiming){
			.source = &session.acting.source,
			.mounts = session.acting.files.mounts,
			.arena = &session.acting.arena,
			.options = &invocation->reclaim,
			.program = invocation->program,
			.line = invocation->line,
			.interrupt = &session.acting.interrupt,
		};
		session.acting.status = act(&session, err);
	}
	return acting_end(&session.acting);
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[OPEN_FILE_PATH_MAX + 32] = ": > /proc/PID/fd/N", path[OPEN_FILE_PATH_MAX];

	if (invocation->target_count && invocation->targets[0].kind == TARGET_HANDLE &&
	    invocation->targets[0].handle.use == USE_FD) {
		struct open_file file = { .handle = invocation->targets[0].handle };

		snprintf(recipe, sizeof(recipe), ": > /proc/%s", open_file_path(path, &file));
	}
	command_recipe(
		out, recipe,
		"/proc leads to the open file itself, and opening it so empties it; its space "
		"is free",
		"who still reads it; holes where cutting it short would do harm; what really "
		"came free");
}

const struct command command_reclaim = {
	.name = "reclaim",
	.group = "lost a file",
	.asks = "give their disk space back",
	.usage = "TARGET… [-y] [--discard]",
	.details =
		"Empties deleted files that are still open, and asks before. It is done only where\n"
		"every process that has the file open can only write to it, and nothing maps it, as\n"
		"with logs; --discard also throws away what somebody may still read. A TARGET is a\n"
		"handle (2214:5), the name a file had, a process (2214, @java), a directory, which\n"
		"means all deleted files below it, or a mount point: all of its filesystem. Without\n"
		"TARGET: the candidates. Without a terminal and -y: what would be done.\n",
	.table = &reclamation_table,
	.options = options,
	.shared = options_acting,
	.take = take,
	.run = run,
	.how = how,
};
