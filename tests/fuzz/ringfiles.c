/* SPDX-License-Identifier: GPL-2.0-or-later */
/** The list of an io_uring's files: every slot lies in the text, and the list has an end. */
#include "kernel/ringfiles.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size), list;
	struct ringfile file;
	size_t slots = 0;

	if (ringfiles_find(text, &list))
		return 0;
	must(list.len <= text.len);
	while (ringfiles_next(&list, &file)) {
		must(text_starts(file.path, "/"));
		must(file.path.bytes + file.path.len <= text.bytes + text.len);
		must(!memchr(file.path.bytes, '\n', file.path.len));
		must(++slots <= size);
	}
	must(!ringfiles_next(&list, &file));
	return 0;
}
