/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sentence above the table of `who`: how many use it, and what that keeps from being done.
 */
#include <inttypes.h>
#include <sys/stat.h>

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
	if (wish->filesystem && text_is(wish->rest, "/"))
		return NULL;
	if (wish->filesystem)
		return "before it can be unmounted";
	return NULL;
}

static void tell_users(FILE *head, const struct inquiry *inquiry, const struct scope *scope,
		       uint64_t count)
{
	struct style style = sink_style(inquiry->sink);
	const char *before = purpose(scope);

	fprintf(head, "%s%" PRIu64 "%s process%s use%s ", style_bold(style), count,
		style_off(style), count == 1 ? "" : "es", count == 1 ? "s" : "");
	name_targets(head, scope);
	if (before)
		fprintf(head, "; %s must stop %s", count == 1 ? "it" : "they", before);
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

void who_tell(const struct inquiry *inquiry, const struct scope *scope,
	      const struct outcome *outcome)
{
	FILE *head = sink_head(inquiry->sink);

	if (!head)
		return;
	if (outcome->rows)
		tell_users(head, inquiry, scope, outcome->rows);
	else if (!*outcome->complaints.message && tally_is_complete(&outcome->tally))
		tell_nobody(head, scope, &outcome->tally);
}
