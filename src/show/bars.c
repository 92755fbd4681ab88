/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/bars.h"

#include <stdlib.h>
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

/** In at most `cells` columns: of what takes more, the beginning and the end. */
static void put_cut(FILE *out, struct text text, size_t cells, bool utf8)
{
	size_t mark = utf8 ? 1 : 3;

	if (cells_of(text) <= cells) {
		fwrite(text.bytes, 1, text.len, out);
		return;
	}
	if (cells <= mark) {
		fwrite(text.bytes, 1, cells_head(text, cells), out);
		return;
	}
	size_t kept = cells - mark, head = kept / 2, tail = cells_tail(text, kept - head);
	fwrite(text.bytes, 1, cells_head(text, head), out);
	fputs(utf8 ? "…" : "...", out);
	fwrite(text.bytes + text.len - tail, 1, tail, out);
}

static void put_cells(const struct bars *bars, FILE *out, double part, unsigned int cells)
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
}

static void end_line(FILE *out)
{
	fputs("\033[K\n", out);
}

static void draw_item(const struct bars *bars, FILE *out, const struct bars_item *item,
		      unsigned int width)
{
	size_t label = cells_of(item->label) + 2, tail = cells_of(item->tail) + 2, indent = 2;
	size_t room = width > tail + indent ? width - tail - indent : 0;

	fprintf(out, "%s%.*s%s  ", style_bold(bars->style), (int)item->label.len, item->label.bytes,
		style_off(bars->style));
	put_cut(out, item->title, width > label ? width - label : 0, bars->style.utf8);
	end_line(out);
	fputs("  ", out);
	if (item->measured && room >= CELLS_MIN) {
		put_cells(bars, out, item->part, room < CELLS_MAX ? (unsigned int)room : CELLS_MAX);
		fputs("  ", out);
	}
	if (item->doubtful)
		fputs(style_yellow(bars->style), out);
	put_cut(out, item->tail, width - indent, bars->style.utf8);
	if (item->doubtful)
		fputs(style_off(bars->style), out);
	end_line(out);
}

static void go_back(struct bars *bars, FILE *out)
{
	putc('\r', out);
	if (bars->lines)
		fprintf(out, "\033[%uA", bars->lines);
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
	go_back(bars, out);
	put_cut(out, headline, width, bars->style.utf8);
	end_line(out);
	end_line(out);
	bars->lines = 2;
	for (size_t i = 0; i < count && i < fit; i++) {
		draw_item(bars, out, &items[i], width);
		bars->lines += 2;
	}
	if (count > fit) {
		fprintf(out, "  and %zu more", count - fit);
		end_line(out);
		bars->lines++;
	}
	fputs("\033[J", out);
	show(bars, out, &bytes, &len);
}

void bars_clear(struct bars *bars)
{
	go_back(bars, bars->out);
	fputs("\033[J", bars->out);
	fflush(bars->out);
}
