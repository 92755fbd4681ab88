/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * cmocka with all it wants to be included before it, and assertions about texts.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/text.h"

/** A literal as a text: it may hold NUL bytes. */
#define LITERAL(string) ((struct text){ string, sizeof(string) - 1 })

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/** Both texts hold the same bytes. */
#define check_text(text, wanted) check_text_at(text, wanted, __FILE__, __LINE__)

/** The text holds the bytes of this C string. */
#define check_string(text, string) check_text_at(text, text_of(string), __FILE__, __LINE__)

static inline void check_text_at(struct text text, struct text wanted, const char *file, int line)
{
	if (text_equal(text, wanted))
		return;
	print_error("got '%.*s' (%zu bytes), wanted '%.*s' (%zu bytes)\n", (int)text.len,
		    text.len ? text.bytes : "", text.len, (int)wanted.len,
		    wanted.len ? wanted.bytes : "", wanted.len);
	_fail(file, line);
}

/** A test that cannot be made here says why, and ends. */
#define skip_because(...)                   \
	do {                                \
		print_message(__VA_ARGS__); \
		print_message("\n");        \
		skip();                     \
	} while (0)
