/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/cells.h"

#include <wchar.h>

void cells_pad(FILE *out, size_t cells)
{
	static const char blanks[] = "                                ";

	for (; cells >= sizeof(blanks); cells -= sizeof(blanks) - 1)
		fwrite(blanks, 1, sizeof(blanks) - 1, out);
	fwrite(blanks, 1, cells, out);
}

size_t cells_next(struct text text, size_t *cells)
{
	mbstate_t state = { 0 };
	wchar_t character;

	*cells = 1;
	/* Most are, and the same in all locales. */
	if (*text.bytes >= ' ' && *text.bytes <= '~')
		return 1;
	size_t bytes = mbrtowc(&character, text.bytes, text.len, &state);
	/* A byte that is none of this locale's is shown as one. */
	if (!bytes || bytes > text.len)
		return 1;
	int width = wcwidth(character);
	if (width >= 0)
		*cells = (size_t)width;
	return bytes;
}

size_t cells_of(struct text text)
{
	size_t all = 0, cells;

	for (size_t at = 0; at < text.len; all += cells)
		at += cells_next(text_from(text, at), &cells);
	return all;
}

size_t cells_head(struct text text, size_t cells)
{
	size_t used = 0, at = 0, here;

	while (at < text.len) {
		size_t bytes = cells_next(text_from(text, at), &here);

		if (used + here > cells)
			break;
		used += here;
		at += bytes;
	}
	return at;
}

size_t cells_tail(struct text text, size_t cells)
{
	size_t left = cells_of(text), at = 0, here;

	while (left > cells) {
		at += cells_next(text_from(text, at), &here);
		left -= here;
	}
	return text.len - at;
}
