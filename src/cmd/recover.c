/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * procowl recover: get deleted files back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask/absent.h"
#include "base/clock.h"
#include "cmd/listing.h"
#include "cmd/options.h"
#include "cmd/recover_show.h"
#include "model/recovery.h"
#include "show/encode.h"

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "put it there; - is standard output", 0 },
	{ "directory", 'd', "DIR", 0, "put it, or all of them, into this directory", 0 },
	{ "parents", OPTION_PARENTS, NULL, 0, "with the directories they were in, below DIR", 0 },
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

/** Targets that may mean many files at once, as long as each has a place of its own to go to. */
static bool means_many(const struct wish *wish)
{
	return wish->found.is_directory;
}

static bool is_ambiguous(const struct session *session)
{
	const struct recover_options *recover = &session->invocation->recover;

	if (recover->output)
		return session->files.count > 1;
	if (recover->directory)
		return false;
	for (size_t i = 0; i < session->files.scope.count; i++) {
		const struct wish *wish = &session->files.scope.wishes[i];

		if (wish->matched > 1 && !means_many(wish))
			return true;
	}
	return false;
}

static enum status refuse_ambiguous(struct session *session, struct error *err)
{
	recover_show_choice(session);
	if (session->invocation->recover.output)
		error_set(err, -EINVAL,
			  "-o takes one file, and %zu are meant. Nothing was written.",
			  session->files.count);
	else
		error_set(err, -EINVAL,
			  "%zu deleted files are meant. Nothing was written.\n"
			  "  all of them   %s -d .",
			  session->files.count, session->invocation->line);
	return STATUS_USAGE;
}

/** Every target that named nothing, or nothing here, gets its sentence. */
static bool explain_targets(struct session *session)
{
	bool go_on = true;

	for (size_t i = 0; i < session->files.scope.count; i++) {
		const struct wish *wish = &session->files.scope.wishes[i];
		struct error err = { "" };

		if (recover_show_elsewhere(session, wish)) {
			recover_worsen(session, STATUS_NOTHING);
			go_on = false;
		}
		if (wish->matched)
			continue;
		enum absence absence =
			absent_explain(&session->inquiry, wish, &session->outcome, &err);
		static const enum status statuses[] = {
			[ABSENT_NOTHING] = STATUS_NOTHING,
			[ABSENT_UNSEEN] = STATUS_PARTLY_UNSEEN,
			[ABSENT_REFUSED] = STATUS_REFUSED,
			[ABSENT_NO_PROCESS] = STATUS_USAGE,
		};
		recover_worsen(session, statuses[absence]);
		if (*err.message)
			command_complain(err.message);
	}
	return go_on;
}

/** The path of `file` below the directory that was named, for -d. */
static struct text path_below(const struct session *session, const struct deleted_file *file)
{
	for (size_t i = 0; i < session->files.scope.count; i++) {
		const struct wish *wish = &session->files.scope.wishes[i];

		if (wish->rest.len && text_is_below(file->path, wish->rest))
			return text_from(file->path, wish->rest.len > 1 ? wish->rest.len + 1 : 1);
	}
	return (struct text){ 0 };
}

static void take_result(struct session *session, const struct recovered *recovered)
{
	FILE *people = recover_is_stream(session) ? stderr : stdout;
	bool to_people = session->invocation->output.format == FORMAT_TEXT &&
			 (recover_is_stream(session) || isatty(STDOUT_FILENO));

	switch (recovered->result) {
	case RECOVER_REFUSED:
		command_complain(recovered->err.message);
		recover_worsen(session, STATUS_REFUSED);
		return;
	case RECOVER_INTERRUPTED:
		command_complain("interrupted; nothing was left behind");
		recover_worsen(session, STATUS_INTERRUPTED);
		return;
	case RECOVER_WOULD:
		if (to_people)
			recover_tell(&session->recovering, recovered, people);
		return;
	case RECOVER_DONE:
		recover_warn(recovered, stderr);
		break;
	}
	if (recovered->transfer.grade == GRADE_CHANGED) {
		recover_tell(&session->recovering, recovered, stderr);
		recover_worsen(session, STATUS_TORN);
		return;
	}
	if (to_people && (recover_is_stream(session) || session->files.count == 1))
		recover_tell(&session->recovering, recovered, people);
}

static void recover_all(struct session *session)
{
	struct deleted_files *files = &session->files;

	session->results = arena_zero(&session->arena, files->count, sizeof(*session->results));
	for (size_t i = 0; i < files->count; i++) {
		struct recovered *recovered = &session->results[session->count++];

		recover_one(&session->recovering, &files->files[i],
			    path_below(session, &files->files[i]), recovered);
		take_result(session, recovered);
		if (recovered->result == RECOVER_INTERRUPTED)
			return;
	}
}

static enum status act(struct session *session, struct error *err)
{
	if (!session->invocation->target_count)
		return recover_show_candidates(session);
	if (*session->outcome.complaints.message)
		command_complain(session->outcome.complaints.message);
	bool go_on = explain_targets(session);
	if (session->files.count && go_on && is_ambiguous(session))
		return refuse_ambiguous(session, err);
	if (go_on) {
		interrupt_begin(&session->interrupt);
		recover_all(session);
		interrupt_end(&session->interrupt);
	}
	recover_show_results(session);
	return session->status;
}

static int check_options(const struct invocation *invocation, struct error *err)
{
	const struct recover_options *recover = &invocation->recover;

	if (recover->output && recover->directory)
		return error_set(err, -EINVAL,
				 "-o names a file and -d a directory: give one of them");
	if (recover->parents && !recover->directory)
		return error_set(err, -EINVAL, "--parents goes with -d DIR");
	if (recover->output && strcmp(recover->output, "-") == 0) {
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
	struct source source;
	struct session session = { .invocation = invocation };
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);

	if (check_options(invocation, err) || listing_source(invocation, &source, err))
		return STATUS_USAGE;
	arena_init(&session.arena);
	session.inquiry = (struct inquiry){
		.source = &source,
		.targets = invocation->targets,
		.target_count = invocation->target_count,
		.program = invocation->program,
		.line = invocation->line,
	};
	enum status status = STATUS_USAGE;
	int rc = deleted_find(&session.inquiry, NEED_CONTAINER | NEED_OLD_NAME, &session.outcome,
			      &session.files, err);
	if (rc == -ETIMEDOUT)
		status = STATUS_REFUSED;
	if (rc == 0) {
		session.recovering = (struct recovering){
			.source = &source,
			.mounts = session.files.mounts,
			.arena = &session.arena,
			.options = &invocation->recover,
			.program = invocation->program,
			.line = invocation->line,
			.interrupt = &session.interrupt,
		};
		status = act(&session, err);
	}
	if (invocation->verbose)
		listing_verbose(&source, &session.outcome, begun_ns);
	deleted_end(&session.files);
	arena_end(&session.arena);
	source_close(&source);
	return status;
}

static void how(const struct invocation *invocation, FILE *out)
{
	char recipe[OPEN_FILE_PATH_MAX + 32] = "cat /proc/PID/fd/N > FILE",
					 path[OPEN_FILE_PATH_MAX];

	if (invocation->target_count && invocation->targets[0].kind == TARGET_HANDLE &&
	    invocation->targets[0].handle.use != USE_MAP &&
	    invocation->targets[0].handle.use != USE_RING) {
		struct open_file file = { .handle = invocation->targets[0].handle };

		snprintf(recipe, sizeof(recipe), "cat /proc/%s > FILE",
			 open_file_path(path, &file));
	}
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
	.usage = "TARGET… [-o FILE|-] [-d DIR]",
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
