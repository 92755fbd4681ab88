/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/reclaim_story.h"

#include <inttypes.h>
#include <stdio.h>

#include "act/room.h"
#include "act/wording.h"
#include "show/encode.h"
#include "show/style.h"
#include "show/units.h"

enum { STAKES_SHOWN = 8, INDENT = 2, GAP = 6 };

/** Words that stand side by side and are wrapped only between them. */
struct wrapping {
	FILE *out;
	size_t width, column;
};

static void put(struct wrapping *wrapping, struct text item)
{
	if (wrapping->column && wrapping->column + GAP + item.len > wrapping->width) {
		putc('\n', wrapping->out);
		wrapping->column = 0;
	}
	fprintf(wrapping->out, "%*s%s", wrapping->column ? GAP : INDENT, "", item.bytes);
	wrapping->column += (wrapping->column ? GAP : INDENT) + item.len;
}

static struct text stake_item(const struct reclaiming *context, const struct stake *stake)
{
	char handle[HANDLE_MAX];

	return arena_format(context->arena, "%s  %s  %s", handle_format(handle, &stake->handle),
			    wording_shown(context->arena, stake->comm), stake_words(stake->kind));
}

static struct text nobody_item(const struct reclaiming *context, const struct stakes *stakes)
{
	if (!stakes->tally.guarded)
		return text_of("nobody reads or maps it");
	return arena_format(context->arena,
			    "nobody in sight reads or maps it; %u process%s out of sight",
			    stakes->tally.guarded, stakes->tally.guarded == 1 ? "" : "es");
}

/** Those who may lose something first. */
static void tell_stakes(const struct reclaiming *context, const struct stakes *stakes, FILE *out)
{
	struct wrapping wrapping = { out, style_width(out), 0 };
	const struct stake *worst = stakes_worst(stakes);
	size_t shown = 0;

	for (int harmless = 0; harmless < 2; harmless++) {
		for (size_t i = 0; i < stakes->count && shown < STAKES_SHOWN; i++) {
			if (stake_is_harmless(stakes->items[i].kind) != harmless)
				continue;
			put(&wrapping, stake_item(context, &stakes->items[i]));
			shown++;
		}
	}
	if (stakes->count > shown)
		put(&wrapping, arena_format(context->arena, "+%zu more", stakes->count - shown));
	if (stakes->unseen != UNSEEN_NONE)
		put(&wrapping, text_of("perhaps others, unseen"));
	else if (worst && stake_is_harmless(worst->kind))
		put(&wrapping, nobody_item(context, stakes));
	putc('\n', out);
}

void reclaim_tell_plan(const struct reclaiming *context, const struct reclaimed *reclaimed,
		       FILE *out)
{
	const struct deleted_file *file = reclaimed->file;
	struct style style = style_of(out);
	char disk[UNITS_MAX], handle[HANDLE_MAX];

	if (deleted_path(file).len)
		encode_shown(out, deleted_path(file));
	else
		fputs(handle_format(handle, &reclaimed->held.holder->handle), out);
	fputs(", deleted", out);
	if (file->site->container.name.len) {
		fputs(" in ", out);
		encode_shown(out, file->site->container.name);
	}
	fprintf(out, ", takes %s%s%s", style_bold(style),
		units_size(disk, reclaimed->held.inode.disk), style_off(style));
	if (file->class == CLASS_MEMORY) {
		fputs(" of memory", out);
	} else if (file->site->filesystem) {
		fputs(" on ", out);
		encode_shown(out, deleted_point(file, context->arena));
	}
	fputs(".\n\n", out);
	tell_stakes(context, &reclaimed->stakes, out);
	putc('\n', out);
}

static uint64_t planned_bytes(const struct reclaimed *reclaimed, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (reclaimed[i].result == RECLAIM_PLANNED)
			sum += reclaimed[i].held.inode.disk;
	}
	return sum;
}

/** Whoever is first of those with a stake from `least` on, and how many other processes. */
static const char *name_them(const struct reclaiming *context, const struct stakes *stakes,
			     enum stake_kind least, enum stake_kind most, bool *many)
{
	const struct stake *first = NULL;
	bool same = true;

	for (size_t i = 0; i < stakes->count; i++) {
		const struct stake *stake = &stakes->items[i];

		if (stake->kind < least || stake->kind > most)
			continue;
		first = first ? first : stake;
		same &= text_equal(first->comm, stake->comm);
	}
	*many = !same;
	if (!first)
		return NULL;
	const char *comm = wording_shown(context->arena, first->comm);
	if (same)
		return comm;
	size_t others = stakes_others(stakes, least, most, first);
	return arena_format(context->arena, "%s and %zu other%s", comm, others,
			    units_plural(others))
		.bytes;
}

/** "It can be emptied under way: java goes on logging into it." */
static void tell_writers(const struct reclaiming *context, const struct reclaimed *reclaimed,
			 FILE *out)
{
	bool many;
	const char *who =
		name_them(context, &reclaimed->stakes, STAKE_APPENDS, STAKE_WRITES, &many);

	if (!who) {
		fputs("It can be emptied: nobody writes to it.", out);
		return;
	}
	fprintf(out, "It can be emptied under way: %s %s ", who, many ? "go on" : "goes on");
	fputs(reclaimed->method == EMPTYING_TRUNCATE ? "logging into it." :
						       "writing behind a hole.",
	      out);
}

/** With --discard: somebody will miss it, or wants it back. */
static void tell_loser(const struct reclaiming *context, const struct reclaimed *reclaimed,
		       FILE *out)
{
	bool many;
	const struct stakes *stakes = &reclaimed->stakes;
	const struct stake *worst = stakes_worst(stakes);
	const char *who = name_them(context, stakes, STAKE_READS, STAKE_MAPS, &many);

	if (!who && worst && worst->kind == STAKE_KEEPS)
		fprintf(out, "procowl (%u) holds it, so that it can be got back.",
			worst->handle.pid);
	else
		fprintf(out, "%s may still need what is in it, and will find %s there.",
			who ? who : "Somebody unseen",
			reclaimed->method == EMPTYING_TRUNCATE ? "nothing" : "zeros");
}

static bool somebody_loses(const struct reclaimed *reclaimed)
{
	const struct stake *worst = stakes_worst(&reclaimed->stakes);

	return reclaimed->stakes.unseen != UNSEEN_NONE ||
	       (worst && !stake_is_harmless(worst->kind));
}

/** Another filesystem first: on its own it would take what is to be freed. */
static const char *find_room(const struct reclaiming *context, const struct reclaimed *reclaimed)
{
	struct room_elsewhere rooms[ROOM_ELSEWHERE_MAX];
	const struct mountinfo *own = reclaimed->file->site->filesystem;
	size_t count = room_find(context->source, context->mounts, reclaimed->held.inode.disk,
				 context->arena, rooms);
	const char *fallback = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *word = wording_word(context->arena, rooms[i].point, "");

		if (word && !(own && text_equal(rooms[i].point, own->point)))
			return word;
		fallback = fallback ? fallback : word;
	}
	return fallback;
}

static void tell_keeping(const struct reclaiming *context, const struct reclaimed *reclaimed,
			 FILE *out)
{
	char handle[HANDLE_MAX];
	const char *room = find_room(context, reclaimed);

	handle_format(handle, &reclaimed->held.holder->handle);
	if (room)
		fprintf(out, "  to keep them first   %s recover %s -d %s\n", context->program,
			handle, room);
	else
		fprintf(out, "  to keep them first   %s recover %s -o - | ssh HOST 'cat > kept'\n",
			context->program, handle);
}

void reclaim_tell_price(const struct reclaiming *context, const struct reclaimed *reclaimed,
			size_t count, FILE *out)
{
	const struct reclaimed *only = NULL;
	size_t planned = 0;
	char bytes[UNITS_MAX];

	for (size_t i = 0; i < count; i++) {
		if (reclaimed[i].result != RECLAIM_PLANNED)
			continue;
		only = &reclaimed[i];
		planned++;
	}
	units_size(bytes, planned_bytes(reclaimed, count));
	if (planned > 1) {
		fprintf(out,
			"They can be emptied under way. The %s in them are gone for good then.\n",
			bytes);
		return;
	}
	if (!only)
		return;
	if (somebody_loses(only))
		tell_loser(context, only, out);
	else
		tell_writers(context, only, out);
	fprintf(out, " The %s%s are gone for good then.\n", bytes,
		only->method == EMPTYING_TRUNCATE && !somebody_loses(only) ? " of log" : "");
	tell_keeping(context, only, out);
}

/** Blocks that a clone or a snapshot shares stay where they are. */
static bool came_free(const struct reclaimed *reclaimed, uint64_t freed)
{
	const struct space *before = &reclaimed->room_before, *after = &reclaimed->room;
	uint64_t rise = after->free > before->free ? after->free - before->free : 0;

	return !reclaimed->shared || !before->known || !after->known || rise >= freed / 2;
}

static void tell_room(const struct reclaiming *context, const struct reclaimed *reclaimed,
		      FILE *out)
{
	char free[UNITS_MAX];

	if (!reclaimed->room.known) {
		fputs(reclaimed->file->class == CLASS_MEMORY ? " of memory." : ".", out);
		return;
	}
	fputs(": ", out);
	encode_shown(out, deleted_point(reclaimed->file, context->arena));
	fprintf(out, " now has %s free.", units_size(free, reclaimed->room.free));
}

/** What becomes of it now: an appender begins at the front, others behind a hole. */
static void tell_next(const struct reclaiming *context, const struct reclaimed *reclaimed,
		      FILE *out)
{
	bool many;
	char size[UNITS_MAX];
	const char *who =
		name_them(context, &reclaimed->stakes, STAKE_APPENDS, STAKE_WRITES, &many);

	if (who && reclaimed->method == EMPTYING_TRUNCATE)
		fprintf(out, " The log grows again until %s %s its log anew.", who,
			many ? "open" : "opens");
	else if (reclaimed->method == EMPTYING_PUNCH && reclaimed->after.size)
		fprintf(out, " It still looks %s long; only what is new takes space.",
			units_size(size, reclaimed->after.size));
}

void reclaim_tell_done(const struct reclaiming *context, const struct reclaimed *reclaimed,
		       FILE *out)
{
	struct style style = style_of(out);
	uint64_t freed = reclaim_freed(reclaimed);
	char bytes[UNITS_MAX];

	if (!freed) {
		fputs("Freed nothing: it took no blocks that could be given back.\n", out);
		return;
	}
	fprintf(out, "%sFreed %s%s", style_bold(style), units_size(bytes, freed), style_off(style));
	tell_room(context, reclaimed, out);
	tell_next(context, reclaimed, out);
	putc('\n', out);
	if (!came_free(reclaimed, freed))
		fputs("  That is hardly more than before: a clone or a snapshot shares these blocks.\n",
		      out);
	if (reclaimed->after.disk > freed)
		fprintf(out, "  %s still lie in it: written meanwhile, or kept behind its end.\n",
			units_size(bytes, reclaimed->after.disk));
}

void reclaim_tell_rooms(const struct reclaiming *context, const struct reclaimed *reclaimed,
			size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct mountinfo *info = reclaimed[i].file->site->filesystem;
		char free[UNITS_MAX];
		bool is_last = true;

		if (!reclaimed[i].room.known)
			continue;
		for (size_t k = i + 1; k < count; k++)
			is_last &= !reclaimed[k].room.known ||
				   reclaimed[k].file->site->filesystem->dev != info->dev;
		if (!is_last)
			continue;
		fputs("  ", out);
		encode_shown(out, deleted_point(reclaimed[i].file, context->arena));
		fprintf(out, " now has %s free.\n", units_size(free, reclaimed[i].room.free));
	}
}
