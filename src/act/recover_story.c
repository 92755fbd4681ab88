/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is said after a recovery: that it is back, how sure it is, what is different, who goes on
 * writing to the deleted one.
 */
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>

#include "act/doubt.h"
#include "act/follow_story.h"
#include "act/recover.h"
#include "act/refusal.h"
#include "base/clock.h"
#include "show/encode.h"
#include "show/style.h"
#include "show/units.h"

/** From here on it is worth a line where the space went. */
enum { LARGE_BYTES = 1 << 30 };

struct telling {
	const struct recovering *context;
	const struct recovered *recovered;
	FILE *out;
	struct style style;
};

static void comm_of(const struct telling *telling, struct text comm)
{
	encode_shown(telling->out, comm);
}

static void tell_back(const struct telling *telling)
{
	const struct recovered *recovered = telling->recovered;
	char size[UNITS_MAX], took[UNITS_MAX];
	FILE *out = telling->out;

	fputs(style_bold(telling->style), out);
	encode_shown(out, recovered->path);
	fprintf(out, "%s is back", style_off(telling->style));
	if (recovered->elsewhere && recovered->file->site->container.name.len) {
		fputs(" in ", out);
		encode_shown(out, recovered->file->site->container.name);
	}
	units_size(size, recovered->transfer.size);
	switch (recovered->method) {
	case METHOD_NONE:
		break;
	case METHOD_RELINK:
		fprintf(out, ": the same file, under %s again; nothing was copied.\n",
			recovered->original ? "its name" : "a name");
		return;
	case METHOD_CLONE:
		fprintf(out, ": %s, cloned in %s.\n", size,
			units_duration(took, recovered->took_ns));
		return;
	case METHOD_COPY:
		if (recovered->transfer.followed.on) {
			units_duration(took, recovered->transfer.followed.took_ns);
			fprintf(out, ": %s, followed for %s, compared.\n", size, took);
			return;
		}
		fprintf(out, ": %s, copied in %s, compared.\n", size,
			units_duration(took, recovered->transfer.copied_ns));
		return;
	}
}

/** What is said of writers can only be said of those in sight. */
static void tell_unseen(const struct telling *telling)
{
	const struct holders *holders = &telling->recovered->transfer.holders;

	if (!holders->complete || holders->namespaced)
		fputs("  Not all processes could be looked at: from outside, as root, more can be said.\n",
		      telling->out);
}

static void tell_prefix(const struct telling *telling)
{
	const struct transfer *transfer = &telling->recovered->transfer;
	char clock[UNITS_MAX], added[UNITS_MAX];

	fprintf(telling->out, "  prefix: exact up to %s; ", units_clock(clock, transfer->begun_ns));
	comm_of(telling, transfer->holders.writer_comm);
	fputs(" only appends", telling->out);
	if (transfer->added)
		fprintf(telling->out, ", and has added %s since",
			units_size(added, transfer->added));
	fputs(".\n", telling->out);
}

static void tell_grade(const struct telling *telling)
{
	const struct transfer *transfer = &telling->recovered->transfer;
	char begun[UNITS_MAX], ended[UNITS_MAX];

	units_clock(begun, transfer->begun_ns);
	units_clock(ended, transfer->ended_ns);
	switch (transfer->grade) {
	case GRADE_NONE:
	case GRADE_SAME:
	case GRADE_CHANGED:
		return;
	case GRADE_SNAPSHOT:
		fprintf(telling->out,
			"  snapshot: every byte as it was at %s, and it takes no extra space.\n",
			begun);
		return;
	case GRADE_NO_WRITER:
		fprintf(telling->out, "  no-writer: nobody could write to it between %s and %s.\n",
			begun, ended);
		return;
	case GRADE_FROZEN: /* tell_still says it */
		return;
	case GRADE_PREFIX:
		tell_prefix(telling);
		tell_unseen(telling);
		return;
	case GRADE_UNCHANGED:
		fprintf(telling->out, "  unchanged: nobody wrote to it between %s and %s.\n", begun,
			ended);
		tell_unseen(telling);
		return;
	}
}

/** Who was stopped, and for how long, whatever came of it. */
static void tell_still(const struct telling *telling)
{
	const struct recovered *recovered = telling->recovered;

	if (!recovered->still)
		return;
	fputs(recovered->transfer.grade == GRADE_FROZEN ? "  frozen: " : "  ", telling->out);
	standstill_tell(telling->out, recovered->still);
}

static bool is_as_it_was(const struct metadata *metadata)
{
	return !metadata->owner_missed && !metadata->missed && !metadata->mode_missed &&
	       !metadata->times_missed && !metadata->privileges_left;
}

/** "mysql:mysql", or numbers for those without a name. */
static void tell_owner(const struct telling *telling)
{
	const struct inode *inode = &telling->recovered->file->inode;
	const struct passwd *user = getpwuid(inode->uid);
	const struct group *group = getgrgid(inode->gid);

	if (user)
		encode_shown(telling->out, text_of(user->pw_name));
	else
		fprintf(telling->out, "%u", inode->uid);
	putc(':', telling->out);
	if (group)
		encode_shown(telling->out, text_of(group->gr_name));
	else
		fprintf(telling->out, "%u", inode->gid);
}

static void tell_metadata(const struct telling *telling)
{
	const struct metadata *metadata = &telling->recovered->metadata;
	FILE *out = telling->out;

	if (telling->recovered->method == METHOD_RELINK || telling->recovered->part_size ||
	    !is_as_it_was(metadata))
		return;
	fputs("  Owner ", out);
	tell_owner(telling);
	fprintf(out, ", mode %04o", telling->recovered->file->inode.mode & 07777);
	if (metadata->attributes)
		fprintf(out, ", times and %u attribute%s are as they were.\n", metadata->attributes,
			units_plural(metadata->attributes));
	else
		fputs(" and times are as they were.\n", out);
}

/** A loop device is all that can be read of it, or somebody may have more to write to it. */
static void warn_attached(const struct recovered *recovered, FILE *out)
{
	const struct attached *attached = &recovered->transfer.holders.attached;
	char size[UNITS_MAX];

	if (recovered->part_size)
		fprintf(out,
			"procowl: only what /dev/loop%u shows of it could be read: %s from byte "
			"%" PRIu64 " on; its owner, mode and times are not known\n",
			recovered->holder->handle.fd, units_size(size, recovered->part_size),
			recovered->part_offset);
	if (attached->writes && recovered->transfer.grade != GRADE_CHANGED)
		fprintf(out,
			"procowl: /dev/loop%u is mounted, or open for writing: what was not "
			"written to it yet is missing\n",
			attached->number);
}

void recover_warn(const struct recovered *recovered, FILE *out)
{
	const struct metadata *metadata = &recovered->metadata;
	const struct deleted_file *file = recovered->file;

	warn_attached(recovered, out);
	if (metadata->owner_missed)
		fprintf(out,
			"procowl: its owner (uid %u) could not be given back: that needs root\n",
			file->inode.uid);
	if (metadata->missed)
		fprintf(out, "procowl: %u attribute%s could not be given back there\n",
			metadata->missed, units_plural(metadata->missed));
	if (metadata->mode_missed || metadata->times_missed)
		fprintf(out, "procowl: its %s could not be given back there\n",
			!metadata->times_missed ? "mode" :
			!metadata->mode_missed  ? "times" :
						  "mode and times");
	if (metadata->privileges_left)
		fputs("procowl: setuid, setgid or capabilities were left out: --keep-privileges\n",
		      out);
	if (recovered->mode_changed)
		fprintf(out,
			"procowl: to read it, its mode (%04o) let its owner read for a moment\n",
			file->inode.mode & 07777);
	if (recovered->leftover.len)
		fprintf(out, "procowl: its second name beside it could not be removed: %s\n",
			recovered->leftover.bytes);
}

/** Only appended to, it is a log, and its program can be told to open it anew. */
static void tell_writers(const struct telling *telling)
{
	const struct recovered *recovered = telling->recovered;
	const struct holders *holders = &recovered->transfer.holders;
	FILE *out = telling->out;

	if (!holders->writer_pid)
		return;
	if (recovered->method == METHOD_RELINK) {
		fputs("  same: ", out);
		comm_of(telling, holders->writer_comm);
		fprintf(out, " (%u) goes on writing into it%s.\n", holders->writer_pid,
			telling->context->options->follow ? ": nothing has to be followed" : "");
		return;
	}
	fputs("  ", out);
	comm_of(telling, holders->writer_comm);
	fprintf(out, " (%u", holders->writer_pid);
	if (holders->writing_processes > 1)
		fprintf(out, " +%u", holders->writing_processes - 1);
	fputs(") still writes to the deleted file, not to this one", out);
	fputs(recovered->transfer.grade == GRADE_PREFIX ? ", until it opens its log anew.\n" :
							  ".\n",
	      out);
	follow_story_hint(telling->context, recovered, out);
}

/** "mysqld (1423 +2) and procowl (90211) let go of it" */
static void tell_everybody(const struct telling *telling, const struct holders *holders)
{
	FILE *out = telling->out;

	if (holders->users) {
		comm_of(telling, holders->user_comm);
		fprintf(out, " (%u", holders->user_pid);
		if (holders->users > 1)
			fprintf(out, " +%u", holders->users - 1);
		fputs(holders->holds ? ") and " : ")", out);
	}
	if (holders->holds) {
		fprintf(out, "procowl (%u", holders->hold.pid);
		if (holders->holds > 1)
			fprintf(out, " +%u", holders->holds - 1);
		putc(')', out);
	}
	fprintf(out, " let%s go of it.\n", holders->users + holders->holds == 1 ? "s" : "");
}

/** The disk is as full as before until its holders let go: all of them, not only those that were meant. */
static void tell_space(const struct telling *telling)
{
	const struct recovered *recovered = telling->recovered;
	const struct deleted_file *file = recovered->file;
	char disk[UNITS_MAX];
	struct holders holders = { 0 };

	if (recovered->method == METHOD_RELINK || file->inode.disk < LARGE_BYTES ||
	    !deleted_holds_space(file) || !file->site->filesystem_own ||
	    !holders_ask(telling->context->source, file, telling->context->arena, &holders) ||
	    !holders.complete)
		return;
	fprintf(telling->out, "  The %s on ", units_size(disk, file->inode.disk));
	encode_shown(telling->out, file->site->filesystem->point);
	fputs(" come free when ", telling->out);
	tell_everybody(telling, &holders);
}

static void tell_elsewhere(const struct telling *telling)
{
	const struct recovered *recovered = telling->recovered;

	if (!recovered->elsewhere)
		return;
	unsigned int witness = recovered->file->site->witness;
	fprintf(telling->out, "  On this host it is /proc/%u/root",
		witness ? witness : recovered->holder->handle.pid);
	encode_shown(telling->out, recovered->path);
	putc('\n', telling->out);
}

/** "NAME: 37G to standard output; prefix: exact up to 02:41:20." */
static void tell_stream(const struct telling *telling)
{
	const struct transfer *transfer = &telling->recovered->transfer;
	char size[UNITS_MAX], clock[UNITS_MAX];
	struct text grade = grade_word(transfer->grade);
	FILE *out = telling->out;

	encode_shown(out, deleted_path(telling->recovered->file));
	fprintf(out, ": %s to standard output; %.*s", units_size(size, transfer->size),
		(int)grade.len, grade.bytes);
	if (transfer->grade == GRADE_PREFIX)
		fprintf(out, ": exact up to %s", units_clock(clock, transfer->begun_ns));
	fputs(".\n", out);
}

void recover_tell(const struct recovering *context, const struct recovered *recovered, FILE *out)
{
	struct telling telling = { context, recovered, out, style_of(out) };
	char size[UNITS_MAX];

	if (recovered->result == RECOVER_WOULD) {
		fputs("Would recover ", out);
		encode_shown(out, deleted_path(recovered->file));
		fprintf(out, " (%s) to ", units_size(size, recovered->transfer.size));
		encode_shown(out, recovered->path);
		fputs(". Nothing was written.\n", out);
		return;
	}
	if (recovered->result != RECOVER_DONE)
		return;
	if (recovered->transfer.grade == GRADE_CHANGED) {
		doubt_tell(context, recovered, out);
		return;
	}
	if (text_is(recovered->path, "-")) {
		tell_stream(&telling);
		return;
	}
	tell_back(&telling);
	tell_grade(&telling);
	tell_still(&telling);
	follow_story_rewritten(recovered, out);
	tell_metadata(&telling);
	tell_elsewhere(&telling);
	tell_writers(&telling);
	tell_space(&telling);
}
