/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What stands around the table of deleted files: how many, what they hold on which filesystem and how
 * full that is. What to do next is in hints.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/deleted.h"
#include "ask/hints.h"
#include "ask/party.h"
#include "show/encode.h"
#include "show/units.h"

/** What is held on one filesystem. */
struct total {
	const struct mountinfo *info;
	struct text point; /**< a path we can walk */
	uint64_t disk;
	struct space space;
};

struct story {
	const struct inquiry *inquiry;
	const struct deleted_files *files;
	const struct outcome *outcome;
	struct arena arena;
	struct total *totals; /**< largest first */
	size_t total_count;
	uint64_t held;
	bool more; /**< of some the size is not known */
};

enum { FULL_PERCENT = 90 };

bool deleted_holds_space(const struct deleted_file *file)
{
	return !file->inode_rc && file->class != CLASS_LINKED && file->class != CLASS_LOWER &&
	       file->class != CLASS_STALE && file->class != CLASS_MEMORY;
}

struct text deleted_point(const struct deleted_file *file, struct arena *arena)
{
	if (file->site->filesystem_own)
		return file->site->filesystem->point;
	struct text point = file->site->filesystem->point;

	return arena_format(arena, "/proc/%u/root%s", deleted_seen_by(file),
			    text_is(point, "/") ? "" : point.bytes);
}

static void add_total(struct story *story, const struct deleted_file *file)
{
	size_t at = 0;

	if (!file->site->filesystem || !deleted_holds_space(file))
		return;
	while (at < story->total_count &&
	       story->totals[at].info->dev != file->site->filesystem->dev)
		at++;
	if (at == story->total_count) {
		memory_grow(&story->totals, at, sizeof(*story->totals));
		story->totals[story->total_count++] =
			(struct total){ .info = file->site->filesystem,
					.point = deleted_point(file, &story->arena) };
	}
	story->totals[at].disk += file->inode.disk;
}

static int by_disk(const void *left, const void *right)
{
	const struct total *a = left, *b = right;

	return (a->disk < b->disk) - (a->disk > b->disk);
}

static void add_up(struct story *story)
{
	const struct deleted_files *files = story->files;
	struct arena *arena = &story->arena;

	for (size_t i = 0; i < files->count; i++) {
		add_total(story, &files->files[i]);
		story->more |= files->files[i].inode_rc != 0;
		if (deleted_holds_space(&files->files[i]))
			story->held += files->files[i].inode.disk;
	}
	if (!story->total_count)
		return;
	qsort(story->totals, story->total_count, sizeof(*story->totals), by_disk);
	struct text *paths = arena_zero(arena, story->total_count + 1, sizeof(*paths));
	struct space *spaces = arena_zero(arena, story->total_count + 1, sizeof(*spaces));
	for (size_t i = 0; i < story->total_count; i++)
		paths[i] = story->totals[i].point;
	if (paths_space(story->inquiry->source, paths, story->total_count, spaces))
		return;
	for (size_t i = 0; i < story->total_count; i++)
		story->totals[i].space = spaces[i];
}

static void tell_fullness(FILE *head, const struct story *story, struct text place)
{
	char free[UNITS_MAX], size[UNITS_MAX];
	const struct total *fullest = NULL;
	unsigned int most = FULL_PERCENT - 1;

	if (place.len && story->total_count == 1 && story->totals[0].space.known) {
		const struct space *space = &story->totals[0].space;

		fprintf(head, " %s of %s are free.", units_size(free, space->free),
			units_size(size, space->size));
		return;
	}
	for (size_t i = 0; i < story->total_count; i++) {
		const struct space *space = &story->totals[i].space;
		unsigned int percent = units_percent(space->used, space->free);

		if (space->known && percent > most) {
			most = percent;
			fullest = &story->totals[i];
		}
	}
	if (!fullest)
		return;
	putc(' ', head);
	encode_shown(head, fullest->point);
	fprintf(head, " is %u %% full.", most);
}

static void tell_found(FILE *head, const struct story *story)
{
	struct style style = sink_style(story->inquiry->sink);
	struct text place = scope_place(&story->files->scope);
	uint64_t count = story->files->count;
	char held[UNITS_MAX];

	fprintf(head, "%s%" PRIu64 "%s deleted file%s", style_bold(style), count, style_off(style),
		units_plural(count));
	if (place.len) {
		fputs(" on ", head);
		encode_shown(head, place);
	}
	fprintf(head, " %s still open", count == 1 ? "is" : "are");
	if (story->more && !story->held)
		fputs(" and may hold space: how much is not known.", head);
	else
		fprintf(head, " and hold%s %s%s%s%s.", count == 1 ? "s" : "",
			story->more ? "at least " : "", style_bold(style),
			units_size(held, story->held), style_off(style));
	tell_fullness(head, story, place);
	putc('\n', head);
}

static void tell_nothing(FILE *head, const struct story *story)
{
	const struct tally *tally = &story->outcome->tally;
	const struct scope *scope = &story->files->scope;
	struct text place = scope_place(scope);

	if (scope->count && !place.len) {
		fputs("No deleted file that is still open matches", head);
		for (size_t i = 0; i < scope->count; i++) {
			putc(' ', head);
			encode_shown(head, scope->wishes[i].target->text);
		}
	} else {
		fputs("No deleted file is still open", head);
	}
	if (place.len) {
		fputs(" on ", head);
		encode_shown(head, place);
	}
	if (!scope->pids)
		fprintf(head, "; all %u processes were looked at", tally->looked);
	if (!scope->pids && tally->guarded)
		fprintf(head, ", but for %u that keep%s even root out", tally->guarded,
			tally->guarded == 1 ? "s" : "");
	fputs(".\n", head);
}

/** df and du disagree for other reasons too. */
static void tell_other_reasons(FILE *head, const struct story *story)
{
	struct text place = scope_place(&story->files->scope);
	struct space space = { 0 };
	char reserved[UNITS_MAX];

	if (!place.len)
		return;
	paths_space(story->inquiry->source, &place, 1, &space);
	fputs("If df and du disagree there, look for: files hidden under a mount point,", head);
	if (space.known && space.reserved)
		fprintf(head,
			" blocks kept for root (%s\n"
			"here), snapshots, directories that du was not allowed to read.\n",
			units_size(reserved, space.reserved));
	else
		fputs(" snapshots,\ndirectories that du was not allowed to read.\n", head);
	fputs("What only the kernel has open (nfsd, iSCSI targets, process accounting) is not seen.\n",
	      head);
}

static void tell_totals(FILE *tail, const struct story *story)
{
	char disk[UNITS_MAX], size[UNITS_MAX], free[UNITS_MAX];
	size_t widest = 0, widest_type = 0;

	for (size_t i = 0; i < story->total_count; i++) {
		const struct total *total = &story->totals[i];

		widest = total->point.len > widest ? total->point.len : widest;
		widest_type = total->info->type.len > widest_type ? total->info->type.len :
								    widest_type;
	}
	for (size_t i = 0; i < story->total_count; i++) {
		const struct total *total = &story->totals[i];
		const struct space *space = &total->space;

		fprintf(tail, "%6s  ", units_size(disk, total->disk));
		encode_shown(tail, total->point);
		fprintf(tail, "%*s  ", (int)(widest - total->point.len), "");
		encode_shown(tail, total->info->type);
		fprintf(tail, "%*s", (int)(widest_type - total->info->type.len), "");
		if (space->known)
			fprintf(tail, "  %u %% of %s used, %s free",
				units_percent(space->used, space->free),
				units_size(size, space->size), units_size(free, space->free));
		putc('\n', tail);
	}
	if (story->total_count)
		putc('\n', tail);
}

static void tell_loop_danger(FILE *tail, const struct handle *loop)
{
	char device[HANDLE_MAX];

	fprintf(tail,
		"It lives only as long as %s is attached: do not detach it, nor unmount it.\n",
		handle_format(device, loop));
}

/** Its life hangs on one process, or on holds of procowl's. */
static void tell_danger(FILE *tail, const struct story *story)
{
	const struct deleted_file *file = &story->files->files[0];
	struct party users = party_of(file, false), holds = party_of(file, true);

	if (!hints_know_all_holders(story->files, story->outcome) || !deleted_holds_space(file))
		return;
	if (users.count && holds.count) {
		fputs("It lives as long as ", tail);
		party_tell(tail, file, users);
		fputs(" or ", tail);
		party_tell(tail, file, holds);
		fprintf(tail, " keep%s it open.\n", holds.count == 1 ? "s" : "");
	} else if (holds.count) {
		fputs("Only ", tail);
		party_tell(tail, file, holds);
		fprintf(tail, " keep%s it: get it back before you let go of it.\n",
			holds.count == 1 ? "s" : "");
	} else if (users.count == 1 && !handle_is_process(&file->holders[0].handle)) {
		tell_loop_danger(tail, &file->holders[0].handle);
	} else if (users.count == 1) {
		fputs("It lives only as long as ", tail);
		party_tell(tail, file, users);
		fputs(" keeps it open: do not stop or restart ", tail);
		encode_shown(tail, deleted_comm(file, 0));
		fputs(".\n", tail);
	}
}

void deleted_tell(const struct inquiry *inquiry, const struct deleted_files *files,
		  const struct outcome *outcome)
{
	FILE *head = sink_head(inquiry->sink), *tail = sink_tail(inquiry->sink);
	struct story story = { .inquiry = inquiry, .files = files, .outcome = outcome };

	if (!head || !tail)
		return;
	arena_init(&story.arena);
	add_up(&story);
	if (files->count) {
		tell_found(head, &story);
		if (files->count > 1)
			tell_totals(tail, &story);
		else
			tell_danger(tail, &story);
		hints_tell(tail, inquiry, files, outcome);
	} else if (!outcome->no_process && !outcome->denied_target &&
		   tally_is_complete(&outcome->tally)) {
		tell_nothing(head, &story);
		tell_other_reasons(head, &story);
	}
	free(story.totals);
	arena_end(&story.arena);
}

void deleted_tell_choice(const struct inquiry *inquiry, const struct deleted_files *files)
{
	FILE *head = sink_head(inquiry->sink), *tail = sink_tail(inquiry->sink);

	if (!head || !tail)
		return;
	fprintf(head, "Which one? %zu deleted file%s %s.\n", files->count,
		files->count == 1 ? " is" : "s are", files->scope.count ? "meant" : "still open");
	hints_tell_choice(tail, inquiry, files);
}
