/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is said when files are held: as what, what they survive now, how to let go of them.
 */
#include <stdio.h>

#include "act/hold.h"
#include "show/encode.h"
#include "show/style.h"
#include "show/units.h"

/** A file without a name to take away was not deleted. */
static bool was_deleted(const struct deleted_file *file)
{
	return file->class != CLASS_TMPFILE && file->class != CLASS_MEMORY;
}

static void tell_name(const struct hold *hold, FILE *out)
{
	if (deleted_path(hold->file).len)
		encode_shown(out, deleted_path(hold->file));
	else
		encode_shown(out, hold->row.from);
}

/** "Let go of it with: kill 90211" */
static void tell_end(const struct hold_end *end, const char *what, FILE *out)
{
	if (end->background)
		fprintf(out, " and this terminal. Let go of %s with: kill %u\n", what, end->pid);
	else if (end->by_interrupt)
		fprintf(out, ", as long as this runs. Ctrl-C lets go of %s.\n", what);
	else
		fprintf(out, ", as long as this runs. Let go of %s with: kill %u\n", what,
			end->pid);
}

void hold_tell(const struct holds *holds, const struct hold_end *end, FILE *out)
{
	const struct hold *hold = &holds->items[0];
	const struct deleted_file *file = hold->file;
	struct style style = style_of(out);
	char size[UNITS_MAX];

	fputs("Holding ", out);
	tell_name(hold, out);
	fprintf(out, " (%s%s) as %s%.*s%s.\n", was_deleted(file) ? "deleted, " : "",
		units_size(size, hold->row.size), style_bold(style), (int)hold->row.handle.len,
		hold->row.handle.bytes, style_off(style));
	fputs("  It now survives ", out);
	if (holding_is(hold->row.command))
		fprintf(out, "that hold (%u)", hold->holder->handle.pid);
	else if (hold->by_device)
		fputs("being detached", out);
	else if (!handle_is_process(&hold->holder->handle))
		encode_shown(out, hold->row.from);
	else
		encode_shown(out, hold->row.command);
	tell_end(end, "it", out);
}

void hold_tell_all(const struct holds *holds, const struct hold_end *end, FILE *head, FILE *tail)
{
	if (holds->held == holds->count)
		fprintf(head, "Holding %zu deleted files as descriptors of %u.\n", holds->held,
			end->pid);
	else
		fprintf(head, "Holding %zu of %zu deleted files as descriptors of %u.\n",
			holds->held, holds->count, end->pid);
	fputs("  They now survive their processes", tail);
	tell_end(end, "them", tail);
}
