/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/locks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/filelock.h"
#include "show/units.h"

static bool has_range(const struct filelock *lock)
{
	return lock->type == FILELOCK_POSIX || lock->type == FILELOCK_OFD;
}

static const char *mode_word(const struct filelock *lock)
{
	if (lock->unlock)
		return "none";
	return lock->write ? "write" : "read";
}

static void write_lock(const struct filelock *lock, FILE *out)
{
	fprintf(out, "%s %s", filelock_word(lock->type), mode_word(lock));
	if (has_range(lock) && lock->to_end)
		fprintf(out, " %" PRIu64 "-EOF", lock->start);
	else if (has_range(lock))
		fprintf(out, " %" PRIu64 "-%" PRIu64, lock->start, lock->end);
	if (lock->state == FILELOCK_BREAKING)
		fputs(" (to be given back)", out);
}

struct text locks_text(struct text fdinfo, struct arena *arena)
{
	char *bytes = NULL;
	size_t len = 0, count = 0;
	struct filelock lock;
	FILE *out = open_memstream(&bytes, &len);

	if (!out)
		memory_out();
	for (; filelock_next(&fdinfo, &lock); count++) {
		if (count >= LOCKS_SHOWN)
			continue;
		fputs(count ? ", " : "", out);
		write_lock(&lock, out);
	}
	if (count > LOCKS_SHOWN)
		fprintf(out, ", %zu other%s", count - LOCKS_SHOWN,
			units_plural(count - LOCKS_SHOWN));
	if (fclose(out))
		memory_out();
	struct text text = count ? arena_text(arena, (struct text){ bytes, len }) :
				   (struct text){ 0 };
	free(bytes);
	return text;
}
