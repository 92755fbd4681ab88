/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What watching came to, in a sentence and a few lines.
 */
#include <inttypes.h>

#include "ask/watch.h"
#include "base/clock.h"
#include "show/encode.h"
#include "show/units.h"

enum { COMMONEST = 5 };

/** "7 failures (ENOENT)", "7 failures (5 ENOENT, 2 EACCES)" */
static void tell_failures(const struct watch_session *session, FILE *out)
{
	uint64_t all = 0;
	const char *separator = "";

	for (int i = 0; i < WATCH_ERRNOS; i++)
		all += session->failures[i];
	if (!all) {
		fputs("no failure", out);
		return;
	}
	fprintf(out, "%" PRIu64 " failure%s (", all, units_plural(all));
	for (int i = 0; i < WATCH_ERRNOS; i++) {
		const char *name = strerrorname_np(i);

		if (!session->failures[i])
			continue;
		fputs(separator, out);
		if (session->failures[i] != all)
			fprintf(out, "%" PRIu64 " ", session->failures[i]);
		fprintf(out, "%s", name ? name : "?");
		separator = ", ";
	}
	putc(')', out);
}

/** Those that were opened more than once. */
static void tell_commonest(const struct watch_session *session, FILE *out)
{
	struct watch_count files[COMMONEST];
	size_t count = watch_commonest(session, files, COMMONEST);

	for (size_t i = 0; i < count && files[i].count > 1; i++) {
		fprintf(out, "  %6" PRIu64 " times  ", files[i].count);
		encode_shown(out, files[i].path);
		putc('\n', out);
	}
}

void watch_summary(const struct watch_session *session, FILE *out)
{
	int64_t took = clock_ns(CLOCK_MONOTONIC) - session->begun_ns;
	uint64_t lost = session->watcher.lost;
	char duration[UNITS_MAX];

	fprintf(out, "%s%zu file%s in %s, ", session->files_left_out ? "more than " : "",
		session->file_count, units_plural(session->file_count),
		units_duration(duration, took));
	if (session->watcher.misses) {
		fprintf(out, "as far as could be seen.\n");
	} else {
		tell_failures(session, out);
		if (lost)
			fprintf(out, ", %" PRIu64 " event%s lost.\n", lost, units_plural(lost));
		else
			fputs(", no event lost.\n", out);
	}
	tell_commonest(session, out);
}
