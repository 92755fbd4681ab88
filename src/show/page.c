/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/arena.h"
#include "show/units.h"

enum { LABEL_WIDTH = 11, INDENT = LABEL_WIDTH + 4, DEPTH_MAX = 8, CELLS_MAX = 6 };

struct line {
	const char *label;
	struct text text;             /**< of a line that is none of cells */
	struct text cells[CELLS_MAX]; /**< of a row */
	size_t count;
	bool words, gap; /**< may be broken; a blank line stands before it */
	bool apart;      /**< begins a table of its own */
};

struct page {
	struct page_options options;
	struct style style;
	FILE *out;
	struct arena arena;
	struct line *lines;
	size_t count;
	bool gap, apart;
	/* What is being written: the headline, or the last line. */
	FILE *stream;
	char *bytes;
	size_t len;
	struct text headline;
	bool in_headline, in_line;
	/* The object; a level is "first" until something stands in it. */
	FILE *object;
	char *object_bytes;
	size_t object_len;
	char closing[DEPTH_MAX];
	bool filled[DEPTH_MAX];
	size_t depth;
	bool in_section, abandoned;
};

static FILE *memory_stream(char **bytes, size_t *len)
{
	FILE *stream = open_memstream(bytes, len);

	if (!stream)
		memory_out();
	return stream;
}

struct page *page_begin(const struct page_options *options, FILE *out)
{
	struct page *page = memory_resize(NULL, 1, sizeof(*page));

	*page = (struct page){ .options = *options, .out = out, .style = style_of(out) };
	arena_init(&page->arena);
	page->stream = memory_stream(&page->bytes, &page->len);
	page->object = memory_stream(&page->object_bytes, &page->object_len);
	return page;
}

void page_abandon(struct page *page)
{
	page->abandoned = true;
}

bool page_utf8(const struct page *page)
{
	return page->options.format != FORMAT_TEXT || page->style.utf8;
}

bool page_hints(const struct page *page)
{
	return page->options.hints;
}

const char *page_size_word(const struct page *page, char buffer[64], uint64_t bytes)
{
	if (!page->options.bytes)
		return units_size(buffer, bytes);
	snprintf(buffer, UNITS_MAX, "%" PRIu64, bytes);
	return buffer;
}

/** What was written since belongs to the line, or headline, that was begun last. */
static void settle(struct page *page)
{
	if (fflush(page->stream))
		memory_out();
	struct text text = arena_text(&page->arena, (struct text){ page->bytes, page->len });
	if (page->in_headline)
		page->headline = text;
	else if (page->in_line)
		page->lines[page->count - 1].text = text;
	page->in_headline = page->in_line = false;
	rewind(page->stream);
}

static struct line *add_line(struct page *page, const char *label)
{
	settle(page);
	memory_grow(&page->lines, page->count, sizeof(*page->lines));
	struct line *line = &page->lines[page->count++];
	*line = (struct line){ .label = label,
			       .gap = page->gap,
			       .apart = page->gap || page->apart };
	page->gap = page->apart = false;
	return line;
}

FILE *page_headline(struct page *page)
{
	settle(page);
	page->in_headline = true;
	return page->stream;
}

FILE *page_line(struct page *page, const char *label)
{
	add_line(page, label);
	page->in_line = true;
	return page->stream;
}

void page_words(struct page *page)
{
	page->lines[page->count - 1].words = true;
}

void page_row(struct page *page, const char *label, const struct text *cells, size_t count)
{
	struct line *line = add_line(page, label);

	line->count = count < CELLS_MAX ? count : CELLS_MAX;
	for (size_t i = 0; i < line->count; i++)
		line->cells[i] = arena_text(&page->arena, cells[i]);
}

void page_apart(struct page *page)
{
	page->apart = true;
}

void page_gap(struct page *page)
{
	page->gap = true;
}

/** Columns that text takes, which has passed the encoder: it is UTF-8 and has no controls. */
static size_t width_of(struct text text)
{
	mbstate_t state = { 0 };
	size_t width = 0;

	while (text.len) {
		wchar_t wide;
		size_t len = mbrtowc(&wide, text.bytes, text.len, &state);

		if (len == 0 || len > text.len)
			return width + text.len;
		int columns = wcwidth(wide);
		width += columns > 0 ? (size_t)columns : 0;
		text = text_from(text, len);
	}
	return width;
}

static void pad(FILE *out, size_t columns)
{
	fprintf(out, "%*s", (int)columns, "");
}

/** Broken between words where it would not fit. */
static void print_words(const struct page *page, struct text text)
{
	size_t limit = page->style.colour || page->options.hints ? style_width(page->out) :
								   SIZE_MAX;
	size_t column = INDENT;
	struct text word;

	while (text_next(&text, ' ', &word)) {
		size_t width = width_of(word);

		if (column > INDENT && column + 1 + width > limit) {
			putc('\n', page->out);
			pad(page->out, INDENT);
			column = INDENT;
		} else if (column > INDENT) {
			putc(' ', page->out);
			column++;
		}
		fwrite(word.bytes, 1, word.len, page->out);
		column += width;
	}
}

static void print_cells(const struct page *page, const struct line *line, const size_t *widths)
{
	for (size_t i = 0; i < line->count; i++) {
		fwrite(line->cells[i].bytes, 1, line->cells[i].len, page->out);
		/* Nothing behind the last that is there. */
		size_t rest = i + 1;
		while (rest < line->count && !line->cells[rest].len)
			rest++;
		if (rest == line->count)
			return;
		pad(page->out, widths[i] - width_of(line->cells[i]) + 2);
	}
}

/** How wide the cells are in the rows around `index`, in the same table. */
static void measure(const struct page *page, size_t index, size_t widths[CELLS_MAX])
{
	size_t first = index;

	while (first && page->lines[first - 1].count && !page->lines[first].apart)
		first--;
	memset(widths, 0, CELLS_MAX * sizeof(*widths));
	for (size_t i = first; i < page->count && page->lines[i].count; i++) {
		if (i > first && page->lines[i].apart)
			return;
		for (size_t cell = 0; cell < page->lines[i].count; cell++) {
			size_t width = width_of(page->lines[i].cells[cell]);

			widths[cell] = width > widths[cell] ? width : widths[cell];
		}
	}
}

static void print_line(const struct page *page, size_t index)
{
	const struct line *line = &page->lines[index];
	size_t widths[CELLS_MAX];

	if (line->gap)
		putc('\n', page->out);
	fprintf(page->out, "  %s%-*s%s  ", style_dim(page->style), LABEL_WIDTH, line->label,
		style_off(page->style));
	if (line->count) {
		measure(page, index, widths);
		print_cells(page, line, widths);
	} else if (line->words) {
		print_words(page, line->text);
	} else {
		fwrite(line->text.bytes, 1, line->text.len, page->out);
	}
	putc('\n', page->out);
}

static void print_text(struct page *page)
{
	settle(page);
	fwrite(page->headline.bytes, 1, page->headline.len, page->out);
	fputs("\n\n", page->out);
	for (size_t i = 0; i < page->count; i++)
		print_line(page, i);
}

static void print_object(struct page *page)
{
	if (page->in_section)
		page_close(page);
	if (fflush(page->object))
		memory_out();
	bool lines = page->options.format == FORMAT_JSON;
	fprintf(page->out, "{%s", lines && page->object_len ? "\n " : "");
	fwrite(page->object_bytes, 1, page->object_len, page->out);
	fputs(lines && page->object_len ? "\n}\n" : "}\n", page->out);
}

void page_end(struct page *page)
{
	if (!page->abandoned && page->options.format == FORMAT_TEXT)
		print_text(page);
	else if (!page->abandoned)
		print_object(page);
	fclose(page->stream);
	fclose(page->object);
	free(page->bytes);
	free(page->object_bytes);
	free(page->lines);
	arena_end(&page->arena);
	free(page);
}

/** People are told nothing of it: then all below is for nothing. */
static bool is_for_programs(const struct page *page)
{
	return page->options.format != FORMAT_TEXT;
}

/** What goes before a new thing: its key, and what parts it from the one before. */
static void begin_thing(struct page *page, const char *key)
{
	bool *filled = &page->filled[page->depth];

	if (*filled)
		fputs(page->depth == 0 && page->options.format == FORMAT_JSON ? ",\n " : ",",
		      page->object);
	*filled = true;
	if (key)
		fprintf(page->object, "\"%s\":", key);
}

void page_open(struct page *page, const char *key, char bracket)
{
	if (!is_for_programs(page))
		return;
	begin_thing(page, key);
	putc(bracket, page->object);
	if (page->depth + 1 >= DEPTH_MAX)
		abort();
	page->closing[page->depth++] = bracket == '{' ? '}' : ']';
	page->filled[page->depth] = false;
}

void page_close(struct page *page)
{
	if (!is_for_programs(page))
		return;
	putc(page->closing[--page->depth], page->object);
}

void page_section(struct page *page, const char *key)
{
	if (!is_for_programs(page))
		return;
	if (page->in_section)
		page_close(page);
	page_open(page, key, '{');
	page->in_section = true;
}

static void put(struct page *page, const char *key, enum value_type type, struct value value)
{
	struct heading heading = { .name = key, .type = type };

	if (!is_for_programs(page))
		return;
	begin_thing(page, NULL);
	value.state = VALUE_KNOWN;
	render_json_value(page->object, &heading, &value);
}

void page_text(struct page *page, const char *key, struct text text)
{
	put(page, key, TYPE_TEXT, (struct value){ .text = text });
}

void page_word(struct page *page, const char *key, const char *word)
{
	if (word)
		put(page, key, TYPE_WORD, (struct value){ .text = text_of(word) });
	else
		page_null(page, key);
}

void page_number(struct page *page, const char *key, uint64_t number)
{
	put(page, key, TYPE_COUNT, (struct value){ .number = number });
}

void page_signed(struct page *page, const char *key, int64_t number)
{
	put(page, key, TYPE_SIGNED, (struct value){ .signed_number = number });
}

void page_time(struct page *page, const char *key, int64_t time_ns)
{
	put(page, key, TYPE_TIME, (struct value){ .time_ns = time_ns });
}

void page_texts(struct page *page, const char *key, struct texts texts)
{
	put(page, key, TYPE_NAMES, (struct value){ .texts = texts });
}

void page_real(struct page *page, const char *key, double number)
{
	if (!is_for_programs(page))
		return;
	begin_thing(page, key);
	/* The decimal point of JSON is no matter of the locale: of that only LC_CTYPE is set. */
	fprintf(page->object, "%.3f", number);
}

void page_flag(struct page *page, const char *key, bool flag)
{
	if (!is_for_programs(page))
		return;
	begin_thing(page, key);
	fputs(flag ? "true" : "false", page->object);
}

void page_null(struct page *page, const char *key)
{
	if (!is_for_programs(page))
		return;
	begin_thing(page, key);
	fputs("null", page->object);
}
