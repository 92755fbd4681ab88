/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/bar.h"

#include <unistd.h>

#include "base/clock.h"
#include "show/encode.h"
#include "show/units.h"

static const int64_t REDRAW_NS = 100000000;

/** Of an encoded name, which is up to four times as long; what is more is cut anyway. */
enum { NAME_BYTES = 1024 };

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

/** `cells` characters, the first part of them full. */
static void draw_cells(struct bar *bar, unsigned int cells)
{
	double part = bar->total ? (double)bar->done / (double)bar->total : 0;
	unsigned int full = (unsigned int)(part * cells);

	for (unsigned int i = 0; i < cells; i++) {
		if (i < full)
			fputs(bar->style.utf8 ? "━" : "#", bar->out);
		else if (i == full && bar->style.utf8)
			fputs("╸", bar->out);
		else
			fputs(bar->style.utf8 ? "─" : "-", bar->out);
	}
}

/** The name as it is shown, `cells` characters of it at most; how many there are. */
static unsigned int draw_name(struct bar *bar, unsigned int cells)
{
	char shown[NAME_BYTES] = "";
	FILE *memory = fmemopen(shown, sizeof(shown), "w");
	unsigned int drawn = 0;

	if (!memory)
		return 0;
	encode_shown(memory, bar->name);
	fclose(memory);
	shown[sizeof(shown) - 1] = 0;
	for (const char *at = shown; *at; at++) {
		bool begins = ((unsigned char)*at & 0xc0) != 0x80;

		if (begins && drawn == cells)
			break;
		drawn += begins;
		putc(*at, bar->out);
	}
	return drawn;
}

/** Time left is a guess: at least a second, and no parts of one. */
static int64_t whole_seconds(double seconds)
{
	return seconds < 1 ? CLOCK_SECOND_NS : (int64_t)(seconds + 0.5) * CLOCK_SECOND_NS;
}

static void draw(struct bar *bar)
{
	char done[UNITS_MAX], total[UNITS_MAX], rate[UNITS_MAX], left[UNITS_MAX], tail[256];
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

	fputs("\r", bar->out);
	unsigned int name = draw_name(bar, width > 60 ? 28 : 12);
	fprintf(bar->out, "  %-9s  ", bar->doing);
	size_t used = name + 13 + (size_t)tail_len + 3;
	unsigned int cells = width > used ? width - (unsigned int)used : 0;
	draw_cells(bar, cells > 48 ? 48 : cells);
	fprintf(bar->out, "  %s\033[K", tail);
	fflush(bar->out);
	bar->visible = true;
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

	if (!bar->out)
		return;
	fputs("\r", bar->out);
	draw_name(bar, style_width(bar->out) > 61 ? 28 : 12);
	fprintf(bar->out, "  following  %s", units_size(whole, size));
	if (added)
		fprintf(bar->out, ", +%s", units_size(part, added));
	fputs("\033[K", bar->out);
	fflush(bar->out);
	bar->visible = true;
}

void bar_clear(struct bar *bar)
{
	if (bar->out && bar->visible) {
		fputs("\r\033[K", bar->out);
		fflush(bar->out);
	}
	bar->visible = false;
}
