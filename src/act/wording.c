/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/wording.h"

#include <stdlib.h>

#include "show/encode.h"

const char *wording_shown(struct arena *arena, struct text text)
{
	char *string = encode_copy(text);
	struct text copy = arena_text(arena, text_of(string));

	free(string);
	return copy.bytes;
}

const char *wording_comm(struct arena *arena, struct text comm)
{
	return comm.len ? wording_shown(arena, comm) : "a process";
}

const char *wording_word(struct arena *arena, struct text text, const char *suffix)
{
	char *string = NULL;
	size_t len;
	FILE *out = open_memstream(&string, &len);
	struct text whole =
		arena_format(arena, "%.*s%s", (int)text.len, text.len ? text.bytes : "", suffix);

	if (!out)
		memory_out();
	bool plain = encode_shell_word(out, whole);
	if (fclose(out))
		memory_out();
	struct text copy = arena_text(arena, (struct text){ string, len });
	free(string);
	return plain ? copy.bytes : NULL;
}
