/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/bar.h"

#include <unistd.h>

#include "base/clock.h"
#include "show/cells.h"
#include "show/encode.h"
#include "show/units.h"

static const int64_t REDRAW_NS = 100000000;

/** Of an encoded name, which is up to four times as long; what is more is cut anyway. */
enum { NAME_BYTES = 1024, LINE_BYTES = 2048 };

void bar_init(struct bar *bar, FILE *out, struct text name)
{
	*bar = (struct bar){ .out = isatty(fileno(out)) ? out : NULL,
			     .style = style_of(out),
			     .name = name };
}

void bar_begin(struct bar *bar, const char *doing, uint64_t total)
{
	bar->doing = doing;
	bar->total = total;
	bar->done = 0;
	bar->rate = 0;
	bar->rated_done = 0;
	bar->begun_ns = bar->rated_ns = clock_ns(CLOCK_MONOTONIC);
}

/** Follow the rate with a time constant of about three seconds. */
static void follow_rate(struct bar *bar, int64_t now)
{
	double seconds = (double)(now - bar->rated_ns) / (double)CLOCK_SECOND_NS;
	double rate = (double)(bar->done - bar->rated_done) / seconds;
	double weight = seconds / (seconds + 3);

	if (seconds < 0.05)
		return;
	bar->rate = bar->rate > 0 ? bar->rate + (rate - bar->rate) * weight : rate;
	bar->rated_done = bar->done;
	bar->rated_ns = now;
}

/** A line that is put together before it is shown. */
struct line {
	char bytes[LINE_BYTES];
	FILE *out; /**< into `bytes`; NULL: no memory, and nothing is drawn */
};

static bool line_begin(struct line *line)
{
	line->out = fmemopen(line->bytes, sizeof(line->bytes), "w");
	if (line->out)
		putc('\r', line->out);
	return line->out != NULL;
}

/** In one write: who stops us, or looks at the screen, sees no half of it. */
static void line_show(struct line *line, struct bar *bar)
{
	fputs("\033[K", line->out);
	long len = fflush(line->out) ? 0 : ftell(line->out);

	fclose(line->out);
	if (len > 0)
		fwrite(line->bytes, 1, (size_t)len, bar->out);
	fflush(bar->out);
	bar->visible = true;
}

/** `cells` characters, the first part of them full. */
static void draw_cells(const struct bar *bar, FILE *out, unsigned int cells)
{
	double part = bar->total ? (double)bar->done / (double)bar->total : 0;
	unsigned int full = (unsigned int)(part * cells);

	for (unsigned int i = 0; i < cells; i++) {
		if (i < full)
			fputs(bar->style.utf8 ? "━" : "#", out);
		else if (i == full && bar->style.utf8)
			fputs("╸", out);
		else
			fputs(bar->style.utf8 ? "─" : "-", out);
	}
}

/** The name as it is shown, in `cells` columns at most; how many it takes. */
static unsigned int draw_name(const struct bar *bar, FILE *out, unsigned int cells)
{
	char shown[NAME_BYTES] = "";
	FILE *memory = fmemopen(shown, sizeof(shown), "w");

	if (!memory)
		return 0;
	encode_shown(memory, bar->name);
	fclose(memory);
	shown[sizeof(shown) - 1] = 0;
	struct text name = text_of(shown);
	name.len = cells_head(name, cells);
	fwrite(name.bytes, 1, name.len, out);
	return (unsigned int)cells_of(name);
}

/** Time left is a guess: at least a second, and no parts of one. */
static int64_t whole_seconds(double seconds)
{
	return seconds < 1 ? CLOCK_SECOND_NS : (int64_t)(seconds + 0.5) * CLOCK_SECOND_NS;
}

static void draw(struct bar *bar)
{
	char done[UNITS_MAX], total[UNITS_MAX], rate[UNITS_MAX], left[UNITS_MAX], tail[256];
	struct line line;
	/* The last column stays free: there a terminal may wrap. */
	unsigned int width = style_width(bar->out) - 1;

	units_size(done, bar->done);
	units_size(total, bar->total);
	units_size(rate, (uint64_t)bar->rate);
	if (bar->rate > 1 && bar->total >= bar->done)
		units_duration(left, whole_seconds((double)(bar->total - bar->done) / bar->rate));
	else
		snprintf(left, sizeof(left), "?");
	int tail_len =
		snprintf(tail, sizeof(tail), "%5s of %s  %5s/s   %s left", done, total, rate, left);

	if (!line_begin(&line))
		return;
	unsigned int name = draw_name(bar, line.out, width > 60 ? 28 : 12);
	fprintf(line.out, "  %-9s  ", bar->doing);
	size_t used = name + 13 + (size_t)tail_len + 3;
	unsigned int cells = width > used ? width - (unsigned int)used : 0;
	draw_cells(bar, line.out, cells > 48 ? 48 : cells);
	fprintf(line.out, "  %s", tail);
	line_show(&line, bar);
}

void bar_update(struct bar *bar, uint64_t done)
{
	bar->done = done;
	if (!bar->out)
		return;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	if (now - bar->begun_ns < CLOCK_SECOND_NS || now - bar->drawn_ns < REDRAW_NS)
		return;
	follow_rate(bar, now);
	draw(bar);
	bar->drawn_ns = now;
}

void bar_follow(struct bar *bar, uint64_t size, uint64_t added)
{
	char whole[UNITS_MAX], part[UNITS_MAX];
	struct line line;

	if (!bar->out || !line_begin(&line))
		return;
	draw_name(bar, line.out, style_width(bar->out) > 61 ? 28 : 12);
	fprintf(line.out, "  following  %s", units_size(whole, size));
	if (added)
		fprintf(line.out, ", +%s", units_size(part, added));
	line_show(&line, bar);
}

void bar_clear(struct bar *bar)
{
	if (bar->out && bar->visible) {
		fputs("\r\033[K", bar->out);
		fflush(bar->out);
	}
	bar->visible = false;
}
