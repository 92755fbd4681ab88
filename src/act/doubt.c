/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/doubt.h"

#include <stdio.h>

#include "act/follow_story.h"
#include "base/clock.h"
#include "show/encode.h"
#include "show/style.h"
#include "show/units.h"

/** It was followed, and truncated meanwhile: all of it is there, but it never was so at once. */
static void tell_seams(const struct recovered *recovered, FILE *out)
{
	fputs("it was truncated while it was followed: ", out);
	encode_shown(out, recovered->path);
	fputs(" was never so at once\n", out);
	follow_story_seams(&recovered->transfer.followed, out);
	follow_story_rewritten(recovered, out);
}

/** The copy is a state the file really had; what is on the device may not be complete in it. */
static bool is_about_device(const struct transfer *transfer)
{
	return transfer->holders.attached.writes && !transfer->mapped && !transfer->blind;
}

static void tell_device(const struct recovering *context, const struct recovered *recovered,
			FILE *out)
{
	unsigned int number = recovered->transfer.holders.attached.number;

	fprintf(out, "/dev/loop%u is in use: ", number);
	encode_shown(out, recovered->path);
	fprintf(out,
		" may be torn\n"
		"  changed: what is mounted from the device may write at any time.\n"
		"  Unmounting it may end the file. First: %s hold -b /dev/loop%u; then unmount, and "
		"repeat.\n",
		context->program, number);
}

/** Somebody stood still, and that was not enough. */
static void tell_unproved(const struct recovered *recovered, FILE *out)
{
	const struct holders *holders = &recovered->transfer.holders;

	fputs("  changed: ", out);
	standstill_tell(out, recovered->still);
	if (!holders->complete)
		fputs("  Not all processes could be looked at; as root more can be said.\n", out);
	else if (holders->in_flight || holders->in_ring)
		fputs("  A descriptor of it may be in flight, or in an io_uring.\n", out);
	else if (holders->namespaced)
		fputs("  Others than those of this container may hold it; from outside more can be said.\n",
		      out);
	else
		fputs("  Somebody else got hold of it meanwhile, or they were let go too early.\n",
		      out);
}

static void tell_why(const struct recovered *recovered, FILE *out)
{
	const struct transfer *transfer = &recovered->transfer;
	char size[UNITS_MAX];

	if (recovered->still)
		tell_unproved(recovered, out);
	else if (transfer->mapped)
		fputs("  changed: writes through a mapping leave no trace to go by.\n", out);
	else if (transfer->blind)
		fputs("  changed: not all processes could be looked at; as root more can be said.\n",
		      out);
	else if (transfer->holders.in_flight || transfer->holders.in_ring)
		fputs("  changed: a descriptor of it may be in flight, or in an io_uring.\n", out);
	else
		fprintf(out, "  changed: %u passes of %s, the last one still saw writes.\n",
			transfer->passes, units_size(size, transfer->size));
}

static void tell_way_out(const struct recovered *recovered, struct text who, FILE *out)
{
	const struct transfer *transfer = &recovered->transfer;
	char length[UNITS_MAX];

	fputs("  Let ", out);
	encode_shown(out, who.len ? who : text_of("it"));
	fputs(" pause by its own means and repeat", out);
	if (!recovered->still && !transfer->blind && !text_is(recovered->path, "-"))
		fprintf(out, ", or stop it meanwhile with --freeze (%s%s)",
			transfer->copied_ns < CLOCK_SECOND_NS ? "" : "about ",
			standstill_length(length, transfer->copied_ns));
	fputs(".\n", out);
}

static void tell_torn(const struct recovered *recovered, FILE *out)
{
	const struct transfer *transfer = &recovered->transfer;
	struct text who = recovered->still ? (struct text){ 0 } :
			  transfer->mapped ? transfer->holders.mapper_comm :
					     transfer->holders.writer_comm;

	encode_shown(out, who.len ? who : text_of("somebody"));
	fputs(recovered->still ? " unseen may have written: " :
	      transfer->mapped ? " maps it and may have written: " :
	      transfer->blind  ? " unseen may have written: " :
				 " wrote to it while it was copied: ",
	      out);
	encode_shown(out, recovered->path);
	fputs(" may be torn\n", out);
	follow_story_rewritten(recovered, out);
	tell_why(recovered, out);
	tell_way_out(recovered, who, out);
}

void doubt_tell(const struct recovering *context, const struct recovered *recovered, FILE *out)
{
	const struct transfer *transfer = &recovered->transfer;
	struct style style = style_of(out);

	fprintf(out, "%sprocowl:%s recovered, but ", style_yellow(style), style_off(style));
	if (transfer->followed.seam_count)
		tell_seams(recovered, out);
	else if (is_about_device(transfer))
		tell_device(context, recovered, out);
	else
		tell_torn(recovered, out);
}
