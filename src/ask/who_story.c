/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sentence above the table of `who`: how many use it, and what that keeps from being done.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask/meant.h"
#include "ask/who.h"
#include "show/encode.h"
#include "show/units.h"

static void name_targets(FILE *out, const struct scope *scope)
{
	for (size_t i = 0; i < scope->count; i++) {
		if (i)
			fputs(i + 1 == scope->count ? " or " : ", ", out);
		encode_shown(out, scope->wishes[i].target->text);
	}
}

/** What it is that somebody wants to do with the only target. */
static const char *purpose(const struct scope *scope)
{
	const struct wish *wish = &scope->wishes[0];

	if (scope->count != 1 || wish->inside)
		return NULL;
	if (wish->kind == TARGET_PORT)
		return "before the port can be bound anew";
	/* Of a bind mount others may have files open that do not keep it. */
	if (wish->filesystem && !text_is(wish->rest, "/") && text_is(wish->filesystem->root, "/"))
		return "before it can be unmounted";
	if (wish->kind == TARGET_PATH && !wish->found.rc && S_ISBLK(meant_inode(wish)->mode))
		return "before the device is free";
	return NULL;
}

static void tell_users(FILE *head, const struct inquiry *inquiry, const struct scope *scope,
		       const struct who_count *count)
{
	struct style style = sink_style(inquiry->sink);
	const char *before = purpose(scope);
	uint64_t processes = count->processes;
	bool one = processes == 1 && !count->kernel;

	if (processes)
		fprintf(head, "%s%" PRIu64 "%s process%s%s use%s ", style_bold(style), processes,
			style_off(style), processes == 1 ? "" : "es",
			count->kernel ? " and the kernel" : "", one ? "s" : "");
	else
		fputs("No process uses ", head);
	name_targets(head, scope);
	if (!processes)
		fputs(", but the kernel does", head);
	if (before && (processes || count->keeping))
		fprintf(head, "; %s must %s %s", one || !processes ? "it" : "they",
			count->keeping ? "let go" : "stop", before);
	fputs(".\n", head);
}

static void tell_nobody(FILE *head, const struct scope *scope, const struct tally *tally)
{
	fputs("Nobody uses ", head);
	name_targets(head, scope);
	fprintf(head, "; all %u processes were looked at", tally->looked);
	if (tally->guarded)
		fprintf(head, ", but for %u that keep%s even root out", tally->guarded,
			tally->guarded == 1 ? "s" : "");
	fputs(".\n", head);
}

/** Who reads numbers only must still know that these are not all. */
static void warn_kernel(const struct inquiry *inquiry, const struct who_count *count,
			struct outcome *outcome)
{
	if (inquiry->pids_only && count->kernel)
		error_add(&outcome->complaints,
			  "%sthe kernel itself uses it too, and has no number: see without --pids",
			  *outcome->complaints.message ? "\n" : "");
}

void who_blame(struct wish *wish, struct outcome *outcome)
{
	char *shown = encode_copy(wish->target->text);

	wish->unseen = true;
	outcome->unsure = true;
	error_add(&outcome->complaints,
		  "%s%s is open, but the process that has it cannot be seen%s",
		  *outcome->complaints.message ? "\n" : "", shown,
		  geteuid() == 0 ? "" : "; run as root");
	free(shown);
}

void who_tell(const struct inquiry *inquiry, const struct scope *scope, struct outcome *outcome,
	      const struct who_count *count)
{
	FILE *head = sink_head(inquiry->sink), *tail = sink_tail(inquiry->sink);

	warn_kernel(inquiry, count, outcome);
	if (!head || !tail)
		return;
	if (outcome->rows)
		tell_users(head, inquiry, scope, count);
	else if (!*outcome->complaints.message && !outcome->unsure && !outcome->denied_target &&
		 tally_is_complete(&outcome->tally))
		tell_nobody(head, scope, &outcome->tally);
	if (count->processes)
		fprintf(tail, "  their numbers   %s --pids\n", inquiry->line);
}
