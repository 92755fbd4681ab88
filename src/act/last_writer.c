/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/last_writer.h"

#include <errno.h>

#include "act/holders.h"
#include "act/lease.h"
#include "base/clock.h"

/** Nobody tells of a descriptor in flight that arrived, of a ring that let go, of a close while a hold keeps. */
static const int64_t TOLD_PAUSE_NS = 30000000000, PAUSE_NS = 5000000000;

/** Of the time since the last look, looking may take this part. */
enum { LOOKING_PART = 20 };

void last_writer_begin(struct last_writer *last, const struct source *source,
		       const struct held *held, bool lease, bool told)
{
	*last = (struct last_writer){ .source = source,
				      .held = held,
				      .lease = lease && !held->borrowed,
				      .due = true,
				      .pause_ns = told ? TOLD_PAUSE_NS : PAUSE_NS };
}

/**
 * Everybody in sight. When some descriptor is on its way, or in a ring, it may be this file's. What a
 * hold keeps of a writer is that writer's open file: it is not closed when he closes it.
 */
static bool look(struct last_writer *last)
{
	struct arena arena;
	struct holders holders;
	struct error err;

	arena_init(&arena);
	int rc = holders_look(last->source, last->held, true, &arena, &holders, &err);
	arena_end(&arena);
	if (!rc && (holders.in_flight || holders.in_ring || holders.kept))
		last->pause_ns = PAUSE_NS;
	return !rc && holders.writers == holders.kept && !holders.mapped && !holders.in_flight &&
	       !holders.in_ring;
}

bool last_writer_is_gone(struct last_writer *last, bool closed)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	struct lease lease;

	last->due |= closed || now - last->looked_ns >= last->pause_ns;
	if (!last->due || now < last->earliest_ns)
		return false;
	last->due = false;
	last->looked_ns = now;
	if (last->lease) {
		int rc = lease_take(&lease, last->held->read);

		if (rc == 0)
			lease_end(&lease);
		if (rc == 0 || rc == -EAGAIN)
			return rc == 0;
		last->lease = false;
	}
	bool gone = look(last);
	int64_t took = clock_ns(CLOCK_MONOTONIC) - now;
	last->earliest_ns = now + took * LOOKING_PART;
	return gone;
}
