/* SPDX-License-Identifier: GPL-2.0-or-later */
/** /proc/PID/maps: at most one mapping a line, whose name is the end of that line. */
#include "kernel/maps.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = fuzz_text(data, size), text = whole;
	struct mapping mapping;
	size_t lines = 1, mappings = 0;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	while (maps_next(&text, &mapping)) {
		mappings++;
		must_lie_in(mapping.name, whole);
		must_lie_in(text, whole);
		must(!memchr(mapping.name.bytes, '\n', mapping.name.len));
		must(!text_starts(mapping.name, " "));
		const char *end = mapping.name.bytes + mapping.name.len;
		must(!mapping.name.len || end == whole.bytes + whole.len || *end == '\n');
	}
	must(mappings <= lines);
	must(!text.len);
	return 0;
}
