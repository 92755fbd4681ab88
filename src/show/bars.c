/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/bars.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/arena.h"
#include "show/cells.h"

enum { CELLS_MAX = 40, CELLS_MIN = 8, ROWS_USUAL = 24 };

void bars_init(struct bars *bars, FILE *out)
{
	*bars = (struct bars){ .out = out, .style = style_of(out) };
}

static unsigned int height(FILE *out)
{
	struct winsize size;

	return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : ROWS_USUAL;
}

/** In at most `cells` columns: of what takes more, the beginning and the end. In how many at most. */
static size_t put_cut(FILE *out, struct text text, size_t cells, bool utf8)
{
	size_t mark = utf8 ? 1 : 3;

	if (cells_of(text) <= cells) {
		fwrite(text.bytes, 1, text.len, out);
		return cells_of(text);
	}
	if (cells <= mark) {
		fwrite(text.bytes, 1, cells_head(text, cells), out);
		return cells;
	}
	size_t kept = cells - mark, head = kept / 2, tail = cells_tail(text, kept - head);
	fwrite(text.bytes, 1, cells_head(text, head), out);
	fputs(utf8 ? "…" : "...", out);
	fwrite(text.bytes + text.len - tail, 1, tail, out);
	return cells;
}

static size_t put_cells(const struct bars *bars, FILE *out, double part, unsigned int cells)
{
	unsigned int full = (unsigned int)(part * cells);

	for (unsigned int i = 0; i < cells; i++) {
		if (i < full)
			fputs(bars->style.utf8 ? "━" : "#", out);
		else if (i == full && bars->style.utf8)
			fputs("╸", out);
		else
			fputs(bars->style.utf8 ? "─" : "-", out);
	}
	return cells;
}

/** It takes `cells` columns. */
static void end_line(struct bars *bars, FILE *out, size_t cells)
{
	fputs("\033[K\n", out);
	bars->cells[bars->lines++] = (unsigned int)cells;
}

static void draw_item(struct bars *bars, FILE *out, const struct bars_item *item,
		      unsigned int width)
{
	size_t tail = cells_of(item->tail) + 2, indent = 2;
	size_t room = width > tail + indent ? width - tail - indent : 0;

	fputs(style_bold(bars->style), out);
	size_t label = put_cut(out, item->label, width > 2 ? width - 2 : 0, bars->style.utf8);
	fputs(style_off(bars->style), out);
	label += (size_t)fprintf(out, "  ");
	label += put_cut(out, item->title, width > label ? width - label : 0, bars->style.utf8);
	end_line(bars, out, label);
	fputs("  ", out);
	if (item->measured && room >= CELLS_MIN) {
		indent += put_cells(bars, out, item->part,
				    room < CELLS_MAX ? (unsigned int)room : CELLS_MAX);
		indent += (size_t)fprintf(out, "  ");
	}
	if (item->doubtful)
		fputs(style_yellow(bars->style), out);
	indent += put_cut(out, item->tail, width > indent ? width - indent : 0, bars->style.utf8);
	if (item->doubtful)
		fputs(style_off(bars->style), out);
	end_line(bars, out, indent);
}

/**
 * Whether a line that has become too long for a terminal that was made narrower goes on in the next. Most do
 * that; not xterm(1), urxvt(1), screen(1) and the console, which cut it off: there who goes back further
 * wipes what stood above.
 */
static bool reflows(void)
{
	static const char *const cutting[] = { "linux", "rxvt", "screen" };
	const char *terminal = getenv("TERM");

	if (getenv("TMUX"))
		return true;
	for (size_t i = 0; terminal && i < sizeof(cutting) / sizeof(cutting[0]); i++) {
		if (strncmp(terminal, cutting[i], strlen(cutting[i])) == 0)
			return false;
	}
	return !getenv("XTERM_VERSION");
}

/** How many lines of the terminal, as wide as it is now, they take. */
static unsigned int lines_taken(const struct bars *bars)
{
	unsigned int width = style_width(bars->out), taken = bars->lines;

	if (width >= bars->width || !width || !reflows())
		return taken;
	for (unsigned int i = 0; i < bars->lines; i++)
		taken += bars->cells[i] ? (bars->cells[i] - 1) / width : 0;
	return taken;
}

static void go_back(struct bars *bars, FILE *out)
{
	putc('\r', out);
	if (bars->lines)
		fprintf(out, "\033[%uA", lines_taken(bars));
	bars->lines = 0;
}

/** In one write: who looks at the screen sees no half of it. */
static void show(struct bars *bars, FILE *memory, char *const *bytes, const size_t *len)
{
	if (fclose(memory))
		memory_out();
	fwrite(*bytes, 1, *len, bars->out);
	fflush(bars->out);
	free(*bytes);
}

void bars_draw(struct bars *bars, struct text headline, const struct bars_item *items, size_t count)
{
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);
	/* The last column stays free: there a terminal may wrap. */
	unsigned int width = style_width(bars->out) - 1, rows = height(bars->out);
	size_t fit = rows > 6 ? (rows - 4) / 2 : 1;

	if (!out)
		memory_out();
	fit = fit < BARS_MAX ? fit : BARS_MAX;
	go_back(bars, out);
	bars->width = width + 1;
	end_line(bars, out, put_cut(out, headline, width, bars->style.utf8));
	end_line(bars, out, 0);
	for (size_t i = 0; i < count && i < fit; i++)
		draw_item(bars, out, &items[i], width);
	if (count > fit)
		end_line(bars, out, (size_t)fprintf(out, "  and %zu more", count - fit));
	fputs("\033[J", out);
	show(bars, out, &bytes, &len);
}

void bars_clear(struct bars *bars)
{
	go_back(bars, bars->out);
	fputs("\033[J", bars->out);
	fflush(bars->out);
}
