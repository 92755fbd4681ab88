/* SPDX-License-Identifier: GPL-2.0-or-later */
/** /proc/PID/mountinfo: every line is read or refused, and what the kernel escaped comes back. */
#include "kernel/mountinfo.h"

#include "fuzz.h"

/** As fs/seq_file.c writes a name: mangle_path with " \t\n\\" (and '#' for the type and source). */
static struct text escape(struct arena *arena, struct text text)
{
	static const char escaped[] = " \t\n\\#";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];

		if (!byte || !strchr(escaped, byte)) {
			obstack_1grow(&arena->stack, text.bytes[i]);
			continue;
		}
		obstack_1grow(&arena->stack, '\\');
		obstack_1grow(&arena->stack, (char)('0' + (byte >> 6)));
		obstack_1grow(&arena->stack, (char)('0' + (byte >> 3 & 7)));
		obstack_1grow(&arena->stack, (char)('0' + (byte & 7)));
	}
	size_t len = obstack_object_size(&arena->stack);
	return (struct text){ obstack_finish(&arena->stack), len };
}

static void parse(struct arena *arena, struct text line)
{
	struct mountinfo info;

	if (mountinfo_parse(line, arena, &info))
		return;
	must(info.root.len + info.point.len + info.options.len + info.type.len + info.source.len +
		     info.super_options.len <
	     line.len);
	must(!info.point.bytes[info.point.len] && !info.root.bytes[info.root.len]);
	must(!memchr(info.options.bytes, ' ', info.options.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size), rest = text, line;
	struct arena arena;

	arena_init(&arena);
	while (text_next(&rest, '\n', &line))
		parse(&arena, line);
	must(mountinfo_unescape(&arena, text).len <= size);
	must(text_equal(mountinfo_unescape(&arena, escape(&arena, text)), text));
	arena_end(&arena);
	return 0;
}
