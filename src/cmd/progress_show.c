/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/progress_show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "show/encode.h"
#include "show/units.h"

static bool knows(const struct told *told, enum progress_column column)
{
	return told->row.facts.known[column / 64] >> column % 64 & 1;
}

static struct text encoded(struct arena *arena, struct text text)
{
	char *copy = encode_copy(text);
	struct text ret = arena_text(arena, text_of(copy));

	free(copy);
	return ret;
}

struct text progress_show_label(const struct told *told, struct arena *arena)
{
	struct text name = encoded(arena, told->row.command);

	return arena_format(arena, "%.*s (%" PRIu64 ")", (int)name.len, name.bytes, told->row.pid);
}

static struct text title(const struct told *told, const struct bars *bars, struct arena *arena)
{
	struct text from = encoded(arena, told->row.source);
	struct text to = encoded(arena, told->row.destination);
	const char *arrow = bars->style.utf8 ? "→" : "->";

	if (!to.len)
		return from.len ? from : text_of("through many small files");
	return arena_format(arena, "%.*s%s%s %.*s", (int)from.len, from.bytes, from.len ? " " : "",
			    arrow, (int)to.len, to.bytes);
}

static struct text percent(const struct told *told, struct arena *arena)
{
	if (!knows(told, PROGRESS_PERCENT))
		return (struct text){ 0 };
	return arena_format(arena, "%s%3u %%  ", knows(told, PROGRESS_BOUND) ? "at most " : "",
			    (unsigned int)(told->row.percent / 1000));
}

static struct text place(const struct told *told, struct arena *arena)
{
	char position[UNITS_MAX], total[UNITS_MAX];

	units_size(total, told->row.total);
	if (!knows(told, PROGRESS_POSITION))
		return knows(told, PROGRESS_TOTAL) ? arena_format(arena, "? of %s", total) :
						     (struct text){ "", 0 };
	units_size(position, told->row.position);
	if (!knows(told, PROGRESS_TOTAL))
		return arena_format(arena, "%s so far", position);
	return arena_format(arena, "%5s of %s", position, total);
}

static struct text pace(const struct told *told, struct arena *arena)
{
	char rate[UNITS_MAX], words[UNITS_MAX];
	struct text waits = encoded(arena, told->row.waits);

	if (knows(told, PROGRESS_STALLED))
		return arena_format(arena, "stalled for %s%s%.*s",
				    units_duration(words, (int64_t)told->row.stalled),
				    waits.len ? ": " : "", (int)waits.len,
				    waits.len ? waits.bytes : "");
	if (!knows(told, PROGRESS_RATE))
		return (struct text){ 0 };
	units_size(rate, told->row.rate);
	if (!knows(told, PROGRESS_LEFT))
		return arena_format(arena, "%5s/s", rate);
	int64_t left_ns = (int64_t)told->row.left;
	return arena_format(arena, "%5s/s   %s left", rate,
			    units_duration(words,
					   left_ns < CLOCK_SECOND_NS ? CLOCK_SECOND_NS : left_ns));
}

/** Through the files before this one too. */
static struct text in_all(const struct told *told, struct arena *arena)
{
	char size[UNITS_MAX];

	if (!knows(told, PROGRESS_IN_ALL))
		return (struct text){ "", 0 };
	return arena_format(arena, "   %s in all", units_size(size, told->row.in_all));
}

static struct bars_item item_of(const struct told *told, const struct bars *bars,
				struct arena *arena)
{
	struct text share = percent(told, arena), where = place(told, arena);
	struct text speed = pace(told, arena), all = in_all(told, arena);

	return (struct bars_item){
		.label = progress_show_label(told, arena),
		.title = title(told, bars, arena),
		.measured = knows(told, PROGRESS_PERCENT),
		.part = (double)told->row.percent / 100000.0,
		.tail = arena_format(arena, "%.*s%.*s   %.*s%.*s", (int)share.len,
				     share.len ? share.bytes : "", (int)where.len, where.bytes,
				     (int)speed.len, speed.len ? speed.bytes : "", (int)all.len,
				     all.bytes),
		.doubtful = knows(told, PROGRESS_STALLED),
	};
}

void progress_show(const struct progress *progress, struct bars *bars)
{
	struct arena arena;
	char *headline = NULL;
	size_t len;
	FILE *out = open_memstream(&headline, &len);

	if (!out)
		memory_out();
	arena_init(&arena);
	progress_headline(progress, out);
	if (fclose(out))
		memory_out();
	struct bars_item *items = arena_zero(&arena, progress->told_count + 1, sizeof(*items));
	for (size_t i = 0; i < progress->told_count; i++)
		items[i] = item_of(&progress->told[i], bars, &arena);
	struct text line = { headline, len && headline[len - 1] == '\n' ? len - 1 : len };
	bars_draw(bars, line, items, progress->told_count);
	arena_end(&arena);
	free(headline);
}
