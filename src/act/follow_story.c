/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/follow_story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "act/refusal.h"
#include "show/encode.h"
#include "show/units.h"

void follow_story_seams(const struct followed *followed, FILE *out)
{
	char clock[UNITS_MAX];
	unsigned int known = followed->seam_count < FOLLOWED_SEAMS ? followed->seam_count :
								     FOLLOWED_SEAMS;

	for (unsigned int i = 0; i < known; i++)
		fprintf(out,
			i ? "  again: up to %s, byte %" PRIu64 ".\n" :
			    "  changed: what was written up to %s ends at byte %" PRIu64
			    "; what came after it follows.\n",
			units_clock(clock, followed->seams[i].when_ns), followed->seams[i].at);
	if (followed->seam_count > known)
		fprintf(out, "  and %u times more.\n", followed->seam_count - known);
}

void follow_story_rewritten(const struct recovered *recovered, FILE *out)
{
	const struct transfer *transfer = &recovered->transfer;
	char clock[UNITS_MAX];

	if (!transfer->followed.on || !transfer->followed.rewritten)
		return;
	if (text_is(recovered->path, "-"))
		fputs("  It was written over in places that had been streamed already; those stay as they "
		      "were.\n",
		      out);
	else
		fprintf(out,
			"  It was written over in places meanwhile; the copy has them as of %s.\n",
			units_clock(clock, transfer->ended_ns));
}

/** A free name beside what is back; in a container's directory only that container has one. */
static bool write_place(const struct recovering *context, const struct recovered *recovered,
			FILE *out)
{
	struct text path = recovered->path;

	if (recovered->elsewhere)
		path = text_basename(path);
	return encode_shell_word(out, arena_format(context->arena, "%.*s.followed", (int)path.len,
						   path.len ? path.bytes : ""));
}

void follow_story_hint(const struct recovering *context, const struct recovered *recovered,
		       FILE *out)
{
	char handle[HANDLE_MAX];
	char *place = NULL;
	size_t len;

	if (recovered->transfer.followed.on || recovered->transfer.grade != GRADE_PREFIX)
		return;
	FILE *memory = open_memstream(&place, &len);
	if (!memory)
		memory_out();
	bool plain = write_place(context, recovered, memory);
	if (fclose(memory))
		memory_out();
	if (plain)
		fprintf(out, "  Catch the rest: %s recover %s --follow -o %s\n", context->program,
			refusal_handle(handle, recovered), place);
	free(place);
}

void follow_story_cut(struct recovered *recovered)
{
	char handle[HANDLE_MAX], size[UNITS_MAX], clock[UNITS_MAX];
	char *path = encode_copy(recovered->path);
	const struct followed *followed = &recovered->transfer.followed;

	error_set(
		&recovered->err, followed->rc,
		"could not go on after %s: %s\n"
		"  %s has what was copied by %s. The rest is in %s while a process has that open.",
		units_size(size, recovered->transfer.size), strerror(-followed->rc), path,
		units_clock(clock, followed->ended_ns), refusal_handle(handle, recovered));
	free(path);
}
