/* SPDX-License-Identifier: GPL-2.0-or-later */
/** The kernel's text without its suffix: one is taken off, never two, never anything else. */
#include "ask/classify.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char suffix[] = " (deleted)";
	enum { LEN = sizeof(suffix) - 1 };
	struct text text = fuzz_text(data, size), path = classify_old_path(text);

	must(path.bytes == text.bytes);
	must(path.len == size || path.len + LEN == size);
	must((path.len == size) == (size < LEN || memcmp(data + size - LEN, suffix, LEN) != 0));
	char *longer = malloc(size + LEN);
	must(longer != NULL);
	memcpy(longer, data, size);
	memcpy(longer + size, suffix, LEN);
	must(text_equal(classify_old_path((struct text){ longer, size + LEN }), text));
	free(longer);
	return 0;
}
