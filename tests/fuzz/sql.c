/* SPDX-License-Identifier: GPL-2.0-or-later */
/** The words of an SQL text: they come in order, never overlap, and end with the text. */
#include "sql/token.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size);
	size_t at = 0, behind = 0;

	for (;;) {
		struct token token = token_next(text, &at);

		must(token.at >= behind && at <= text.len);
		if (token.kind == TOKEN_END)
			break;
		must(token.len > 0 && at == token.at + token.len);
		must(token.text.len <= token.len);
		behind = at;
	}
	must(at == text.len);
	return 0;
}
