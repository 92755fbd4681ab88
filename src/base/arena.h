/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Memory that is given back all at once: a glibc obstack. Out of memory ends the program here, in
 * one place, with one line.
 */
#pragma once
#include <obstack.h>
#include <stddef.h>

#include "base/text.h"

struct arena {
	struct obstack stack;
	void *bottom;
};

/** Make an empty arena. */
void arena_init(struct arena *arena);

/** The same, of things that need no more than this alignment: 1 for texts, which then lie side by side. */
void arena_init_packed(struct arena *arena, size_t alignment);

/** Give back everything; the arena is empty again and can be used on. */
void arena_reset(struct arena *arena);

/** Give back everything, the arena too. */
void arena_end(struct arena *arena);

/** Zeroed memory for `count` things of `size` bytes. */
void *arena_zero(struct arena *arena, size_t count, size_t size);

/** A copy of the bytes, with a NUL behind them that is not counted. */
struct text arena_text(struct arena *arena, struct text text);

/** Formatted text, with a NUL behind it that is not counted. */
struct text arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** malloc, realloc, and the end of the program when there is no memory. The caller frees. */
void *memory_resize(void *memory, size_t count, size_t size);

/** Room for one more thing of `size` bytes behind `count` of them in *list; doubles as it grows. */
void memory_grow(void *list, size_t count, size_t size);

/** Says that memory is out and ends the program. */
_Noreturn void memory_out(void);
