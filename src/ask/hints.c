/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/hints.h"

#include <string.h>
#include <sys/stat.h>

#include "ask/log.h"
#include "ask/party.h"

/* WIDEST: as long as "keep it whatever happens", which stands above. */
enum { LOGS_LOOKED_AT = 8, WIDEST = 24 };

bool hints_know_all_holders(const struct deleted_files *files, const struct outcome *outcome)
{
	return !files->scope.pids && tally_is_complete(&outcome->tally);
}

static const struct deleted_file *first_recoverable(const struct deleted_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct deleted_file *file = &files->files[i];

		if (!file->inode_rc && S_ISREG(file->inode.mode) && file->class != CLASS_STALE)
			return file;
	}
	return NULL;
}

/** The largest that is appended to and nothing else, among the first. */
static const struct deleted_file *log_among(const struct inquiry *inquiry,
					    const struct deleted_files *files)
{
	for (size_t i = 0; i < files->count && i < LOGS_LOOKED_AT; i++) {
		if (files->files[i].inode.disk && log_is(inquiry->source, &files->files[i]))
			return &files->files[i];
	}
	return NULL;
}

/** One whose emptying could not hurt: everybody was looked at. procowl reclaim looks again, and harder. */
static const struct deleted_file *first_log(const struct inquiry *inquiry,
					    const struct deleted_files *files,
					    const struct outcome *outcome)
{
	const struct tally *tally = &outcome->tally;

	if (!hints_know_all_holders(files, outcome) || tally->namespaced || tally->in_flight)
		return NULL;
	return log_among(inquiry, files);
}

static const char *words_to_free(const struct deleted_files *files)
{
	return files->count == 1 ? "free its space" : "free a log's space";
}

static void tell_command(FILE *tail, size_t width, const char *words, const struct inquiry *inquiry,
			 const char *command, const struct deleted_file *file, const char *options)
{
	char handle[HANDLE_MAX];

	fprintf(tail, "  %-*s   %s %s %s%s\n", (int)width, words, inquiry->program, command,
		handle_format(handle, &file->holders[0].handle), options);
}

/** Its old name is taken where it was replaced. */
static void tell_recover(FILE *tail, size_t width, const char *words, const struct inquiry *inquiry,
			 const struct deleted_file *file)
{
	tell_command(tail, width, words, inquiry, "recover", file,
		     file->class == CLASS_REPLACED ? " -d ." : "");
}

static void tell_letting_go(FILE *tail, const struct deleted_file *file, struct party holds)
{
	fprintf(tail, "  %-*s   kill", WIDEST, "let go of it");
	for (size_t i = holds.first; i < holds.end; i++) {
		if (i == holds.first ||
		    file->holders[i].handle.pid != file->holders[i - 1].handle.pid)
			fprintf(tail, " %u", file->holders[i].handle.pid);
	}
	putc('\n', tail);
}

void hints_tell(FILE *tail, const struct inquiry *inquiry, const struct deleted_files *files,
		const struct outcome *outcome)
{
	const struct deleted_file *file = first_recoverable(files);
	bool one = files->count == 1;

	if (!file || inquiry->source->foreign)
		return;
	struct party users = party_of(file, false), holds = party_of(file, true);
	bool tells_life = one && hints_know_all_holders(files, outcome) &&
			  deleted_holds_space(file);
	bool may_end = tells_life && users.count == 1 && !holds.count;
	bool is_held = tells_life && users.count && holds.count;
	const struct deleted_file *log = first_log(inquiry, files, outcome);
	const char *get = one ? "get it back" : "get one back", *free = words_to_free(files);
	size_t width = may_end || is_held ? WIDEST : strlen(log ? free : get);

	if (may_end)
		tell_command(tail, width, "keep it whatever happens", inquiry, "hold -b", file, "");
	tell_recover(tail, width, get, inquiry, file);
	if (log)
		tell_command(tail, width, free, inquiry, "reclaim", log, "");
	if (is_held)
		tell_letting_go(tail, file, holds);
}

void hints_tell_choice(FILE *tail, const struct inquiry *inquiry, const struct deleted_files *files)
{
	const char *acts = inquiry->acts ? inquiry->acts : "recover";
	bool frees = strcmp(acts, "reclaim") == 0;
	const struct deleted_file *file = frees ? log_among(inquiry, files) :
						  first_recoverable(files);

	if (!file)
		return;
	if (frees) {
		tell_command(tail, 0, words_to_free(files), inquiry, acts, file, "");
	} else if (strcmp(acts, "hold") == 0) {
		tell_command(tail, 0, "keep it whatever happens", inquiry, "hold -b", file, "");
	} else {
		tell_command(tail, 18, "back to its place", inquiry, acts, file, "");
		tell_command(tail, 18, "to another place", inquiry, acts, file, " -d .");
	}
}
