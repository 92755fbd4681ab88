/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl recover: get deleted files back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/frozen.h"
#include "cmd/consent.h"
#include "cmd/options.h"
#include "cmd/recover_show.h"
#include "model/recovery.h"
#include "show/encode.h"

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "put it there; - is standard output", 0 },
	{ "directory", 'd', "DIR", 0, "put it, or all of them, into this directory", 0 },
	{ "parents", OPTION_PARENTS, NULL, 0, "with the directories they were in, below DIR", 0 },
	{ "follow", OPTION_FOLLOW, NULL, 0,
	  "go on with what is appended, until its last writer closes it or Ctrl-C", 0 },
	{ "freeze", OPTION_FREEZE, NULL, 0,
	  "let whoever holds it stand still meanwhile; asks first", 0 },
	{ "overwrite", OPTION_OVERWRITE, NULL, 0, "in place of a file that has the name now", 0 },
	{ "keep-privileges", OPTION_KEEP_PRIVILEGES, NULL, 0,
	  "restore setuid, setgid and capabilities too", 0 },
	{ "dry-run", 'n', NULL, 0, "say what would be done, and write nothing", 0 },
	{ "yes", 'y', NULL, 0, "answer yes to questions", 0 },
	{ 0 },
};

static int take(struct invocation *invocation, int key, const char *value, struct error *err)
{
	struct recover_options *recover = &invocation->recover;

	switch (key) {
	case 'o':
		recover->output = value;
		break;
	case 'd':
		recover->directory = value;
		break;
	case OPTION_PARENTS:
		recover->parents = true;
		break;
	case OPTION_FREEZE:
		recover->freeze = true;
		break;
	case OPTION_FOLLOW:
		recover->follow = true;
		break;
	case OPTION_OVERWRITE:
		recover->overwrite = true;
		break;
	case OPTION_KEEP_PRIVILEGES:
		recover->keep_privileges = true;
		break;
	case 'n':
		recover->dry_run = true;
		break;
	case 'y':
		recover->yes = true;
		break;
	default:
		return -ENOENT;
	}
	if (value && !*value)
		return error_set(err, -EINVAL, "-%c needs a name that is not empty", key);
	return 0;
}

static bool is_ambiguous(const struct session *session)
{
	const struct recover_options *recover = &session->acting.invocation->recover;

	if (recover->output || recover->follow)
		return session->acting.files.count > 1;
	return !recover->directory && acting_is_ambiguous(&session->acting);
}

static enum status refuse_ambiguous(struct session *session, struct error *err)
{
	acting_show_choice(&session->acting, recover_show_out(session));
	if (session->acting.invocation->recover.output ||
	    session->acting.invocation->recover.follow)
		error_set(err, -EINVAL, "%s one file, and %zu are meant. Nothing was written.",
			  session->acting.invocation->recover.follow ? "--follow follows" :
								       "-o takes",
			  session->acting.files.count);
	else
		error_set(err, -EINVAL,
			  "%zu deleted files are meant. Nothing was written.\n"
			  "  all of them   %s -d .",
			  session->acting.files.count, session->acting.invocation->line);
	return STATUS_USAGE;
}

/** What becomes of each, the `count` that are begun. */
static void make_results(struct session *session, size_t count)
{
	size_t all = session->acting.files.count;

	session->results = arena_zero(&session->acting.arena, all, sizeof(*session->results));
	session->count = count;
	session->recovering.all = session->results;
	session->recovering.all_count = all;
}

/** The path of `file` below the directory that was named, for -d. */
static struct text path_below(const struct session *session, const struct deleted_file *file)
{
	for (size_t i = 0; i < session->acting.files.scope.count; i++) {
		const struct wish *wish = &session->acting.files.scope.wishes[i];

		if (wish->rest.len && text_is_below(deleted_path(file), wish->rest))
			return text_from(deleted_path(file),
					 wish->rest.len > 1 ? wish->rest.len + 1 : 1);
	}
	return (struct text){ 0 };
}

static void take_result(struct session *session, const struct recovered *recovered)
{
	FILE *people = recover_is_stream(session) ? stderr : stdout;
	bool to_people = session->acting.invocation->output.format == FORMAT_TEXT &&
			 (recover_is_stream(session) || isatty(STDOUT_FILENO));

	switch (recovered->result) {
	case RECOVER_REFUSED:
		command_complain(recovered->err.message);
		acting_worsen(&session->acting, STATUS_REFUSED);
		return;
	case RECOVER_INTERRUPTED:
		command_complain(
			recovered->unfinished ?
				"interrupted; what was copied stays, but was not compared" :
				"interrupted; nothing was left behind");
		acting_worsen(&session->acting, STATUS_INTERRUPTED);
		return;
	case RECOVER_LEFT:
		return;
	case RECOVER_WOULD:
		if (to_people)
			recover_tell(&session->recovering, recovered, people);
		return;
	case RECOVER_DONE:
		recover_warn(recovered, stderr);
		if (*recovered->err.message) {
			command_complain(recovered->err.message);
			acting_worsen(&session->acting, STATUS_REFUSED);
		}
		break;
	}
	if (recovered->transfer.grade == GRADE_CHANGED) {
		recover_tell(&session->recovering, recovered, stderr);
		acting_worsen(&session->acting, STATUS_TORN);
		return;
	}
	if (to_people && (recover_is_stream(session) || session->acting.files.count == 1))
		recover_tell(&session->recovering, recovered, people);
}

static void recover_all(struct session *session)
{
	struct deleted_files *files = &session->acting.files;

	make_results(session, 0);
	for (size_t i = 0; i < files->count; i++) {
		struct recovered *recovered = &session->results[session->count++];

		recover_one(&session->recovering, &files->files[i],
			    path_below(session, &files->files[i]), recovered);
		take_result(session, recovered);
		if (recovered->result == RECOVER_INTERRUPTED)
			return;
	}
}

/** --freeze: may they be stopped? */
static enum assent ask_to_freeze(void *asking, const struct standstill_plan *plan)
{
	static const enum assent assents[] = { [CONSENT_GIVEN] = ASSENT_GIVEN,
					       [CONSENT_REFUSED] = ASSENT_REFUSED,
					       [CONSENT_INTERRUPTED] = ASSENT_INTERRUPTED };
	struct session *session = asking;

	if (session->acting.invocation->recover.yes)
		return ASSENT_GIVEN;
	if (!consent_can_ask()) {
		fputs("procowl: ", stderr);
		standstill_tell_plan(stderr, plan, true);
		fputs("\n", stderr);
		return ASSENT_UNASKED;
	}
	standstill_tell_plan(stdout, plan, false);
	return assents[consent_ask(&session->acting.interrupt, plan->count > 1 ?
								       " Stop them for that long?" :
								       " Stop it for that long?")];
}

/** What became of all of them together. */
static void take_end(struct session *session, enum frozen_end end, const struct error *err)
{
	switch (end) {
	case FROZEN_DONE:
		return;
	case FROZEN_REFUSED:
		command_complain(err->message);
		acting_worsen(&session->acting, STATUS_REFUSED);
		return;
	case FROZEN_DECLINED:
		command_complain("nothing was stopped, nothing was written");
		acting_worsen(&session->acting, STATUS_REFUSED);
		return;
	case FROZEN_UNASKED:
		fputs("  Nothing was stopped, nothing was written. Without a terminal to ask on: -y\n",
		      stderr);
		acting_worsen(&session->acting, STATUS_USAGE);
		return;
	case FROZEN_INTERRUPTED:
		acting_worsen(&session->acting, STATUS_INTERRUPTED);
		return;
	}
}

/** All of them, as they are at one moment. */
static void recover_all_frozen(struct session *session)
{
	struct deleted_files *files = &session->acting.files;
	struct text *below = arena_zero(&session->acting.arena, files->count, sizeof(*below));
	struct error err = { "" };

	for (size_t i = 0; i < files->count; i++)
		below[i] = path_below(session, &files->files[i]);
	make_results(session, files->count);
	take_end(session,
		 frozen_recover(&session->recovering, files->files, below, files->count,
				session->results, &err),
		 &err);
	for (size_t i = 0; i < files->count; i++)
		take_result(session, &session->results[i]);
}

static enum status act(struct session *session, struct error *err)
{
	struct acting *acting = &session->acting;

	if (!acting->invocation->target_count)
		return acting_show_candidates(acting, recover_show_out(session));
	bool go_on = acting_explain(acting);
	if (acting->files.count && go_on && is_ambiguous(session))
		return refuse_ambiguous(session, err);
	if (go_on) {
		interrupt_begin(&acting->interrupt);
		if (acting->invocation->recover.freeze && !acting->invocation->recover.dry_run)
			recover_all_frozen(session);
		else
			recover_all(session);
		interrupt_end(&acting->interrupt);
	}
	recover_show_results(session);
	return acting->status;
}

static int check_options(const struct invocation *invocation, struct error *err)
{
	const struct recover_options *recover = &invocation->recover;

	if (recover->output && recover->directory)
		return error_set(err, -EINVAL,
				 "-o names a file and -d a directory: give one of them");
	if (recover->parents && !recover->directory)
		return error_set(err, -EINVAL, "--parents goes with -d DIR");
	if (recover->follow && recover->freeze)
		return error_set(err, -EINVAL,
				 "--follow goes on while it is written to, --freeze stops the "
				 "writers: give one of them");
	if (recover->follow && recover->dry_run)
		return error_set(err, -EINVAL,
				 "--follow goes on writing, -n writes nothing: give one of them");
	if (recover->output && strcmp(recover->output, "-") == 0) {
		if (recover->freeze)
			return error_set(
				err, -EINVAL,
				"--freeze does not go with -o -: whoever reads it could make others "
				"stand still for as long as he likes");
		if (invocation->output.format != FORMAT_TEXT)
			return error_set(
				err, -EINVAL,
				"-o - writes the file to standard output: no table fits there");
		if (isatty(STDOUT_FILENO))
			return error_set(err, -EINVAL,
					 "will not write a file to a terminal: -o - | less");
	}
	if (recover->directory && access(recover->directory, F_OK))
		return error_set(err, -errno, "cannot open the directory %s: %s",
				 recover->directory, strerror(errno));
	return 0;
}

static enum status run(struct invocation *invocation, struct error *err)
{
	struct session session = { 0 };

	if (check_options(invocation, err))
		return STATUS_USAGE;
	if (acting_begin(&session.acting, invocation, err) == STATUS_ANSWERED) {
		session.recovering = (struct recovering){
			.source = &session.acting.source,
			.mounts = session.acting.files.mounts,
			.arena = &session.acting.arena,
			.options = &invocation->recover,
			.program = invocation->program,
			.line = invocation->line,
			.interrupt = &session.acting.interrupt,
			.ask = ask_to_freeze,
			.asking = &session,
			.notice = command_complain,
		};
		session.acting.status = act(&session, err);
	}
	return acting_end(&session.acting);
}

static void how_loop(const struct handle *loop, FILE *out)
{
	char recipe[HANDLE_MAX + 16], device[HANDLE_MAX];
	struct handle bare = *loop;

	bare.guarded = false;
	snprintf(recipe, sizeof(recipe), "cat %s > FILE", handle_format(device, &bare));
	command_recipe(
		out, recipe, "a loop device shows its file, or a part of it, while it is attached",
		"the whole file with owner, mode and times, where it can be opened by number");
}

static void how(const struct invocation *invocation, FILE *out)
{
	const char *reader = invocation->recover.follow ? "tail -c +1 -f" : "cat";
	char recipe[OPEN_FILE_PATH_MAX + 32], path[OPEN_FILE_PATH_MAX];

	snprintf(recipe, sizeof(recipe), "%s /proc/PID/fd/N > FILE", reader);

	const struct handle *handle = command_handle(invocation);

	if (handle && handle->use == USE_LOOP) {
		how_loop(handle, out);
		return;
	}
	if (command_link(invocation, path))
		snprintf(recipe, sizeof(recipe), "%s /proc/%s > FILE", reader, path);
	command_recipe(
		out, recipe,
		"a deleted file lives until the last process closes it, and /proc still leads "
		"to it",
		"holes, owner, mode and times; a copy that says how sure it is; nothing "
		"overwritten");
}

const struct command command_recover = {
	.name = "recover",
	.group = "lost a file",
	.asks = "get them back",
	.usage = "TARGET… [-o FILE|-] [-d DIR] [--follow] [--freeze]",
	.details =
		"Without -o or -d a file goes back to where it was, if that is proved and free. A\n"
		"TARGET is a handle (4076:7, or 4076:7@131842 if it still is that inode), the name a\n"
		"file had, a process (4076, @nginx), or a directory, which means all deleted files\n"
		"below it, or a mount point: all of its filesystem. Without TARGET: the candidates.\n",
	.table = &recovery_table,
	.options = options,
	.shared = options_acting,
	.take = take,
	.run = run,
	.how = how,
};
