/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What every fuzz target has: libFuzzer's entry, and promises that must hold whatever comes in. The
 * bytes lie in memory of exactly their size, so that one read too many is found.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End here, with a trace, when the promise is broken. */
#define must(promise)                     \
	do {                              \
		if (!(promise))           \
			__builtin_trap(); \
	} while (0)

static inline struct text fuzz_text(const uint8_t *data, size_t size)
{
	return (struct text){ (const char *)data, size };
}

/** `part` lies inside `whole`. */
static inline void must_lie_in(struct text part, struct text whole)
{
	must(part.len <= whole.len);
	must(!part.len ||
	     (part.bytes >= whole.bytes && part.bytes + part.len <= whole.bytes + whole.len));
}
