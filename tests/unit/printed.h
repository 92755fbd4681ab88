/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What was written to a stream, as bytes to look at.
 */
#pragma once
#include <stdlib.h>

#include "check.h"

struct printed {
	FILE *out; /**< write here */
	char *bytes;
	size_t len;
};

static inline void printed_begin(struct printed *printed)
{
	*printed = (struct printed){ 0 };
	printed->out = open_memstream(&printed->bytes, &printed->len);
	assert_non_null(printed->out);
}

/** Close the stream; all that was written. Lives until printed_end. */
static inline struct text printed_text(struct printed *printed)
{
	if (printed->out)
		fclose(printed->out);
	printed->out = NULL;
	return (struct text){ printed->bytes, printed->len };
}

static inline void printed_end(struct printed *printed)
{
	printed_text(printed);
	free(printed->bytes);
	printed->bytes = NULL;
}

/** All that was written is this; the stream and its memory are given back. */
#define printed_check(printed, wanted)                              \
	do {                                                        \
		check_text(printed_text(printed), text_of(wanted)); \
		printed_end(printed);                               \
	} while (0)
