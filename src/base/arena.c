/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define obstack_chunk_alloc chunk_get
#define obstack_chunk_free free

_Noreturn void memory_out(void)
{
	static const char message[] = "procowl: out of memory\n";

	(void)!write(STDERR_FILENO, message, sizeof(message) - 1);
	_exit(2);
}

static void *chunk_get(size_t size)
{
	void *chunk = malloc(size);

	if (!chunk)
		memory_out();
	return chunk;
}

void arena_init(struct arena *arena)
{
	obstack_init(&arena->stack);
	arena->bottom = obstack_alloc(&arena->stack, 0);
}

void arena_init_packed(struct arena *arena, size_t alignment)
{
	obstack_specify_allocation(&arena->stack, 0, alignment, chunk_get, free);
	arena->bottom = obstack_alloc(&arena->stack, 0);
}

void arena_reset(struct arena *arena)
{
	obstack_free(&arena->stack, arena->bottom);
	arena->bottom = obstack_alloc(&arena->stack, 0);
}

void arena_end(struct arena *arena)
{
	obstack_free(&arena->stack, NULL);
	arena->bottom = NULL;
}

void *arena_zero(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	/* An obstack counts in int. */
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > INT_MAX)
		memory_out();
	return memset(obstack_alloc(&arena->stack, bytes), 0, bytes);
}

struct text arena_text(struct arena *arena, struct text text)
{
	return (struct text){ obstack_copy0(&arena->stack, text.len ? text.bytes : "", text.len),
			      text.len };
}

struct text arena_format(struct arena *arena, const char *format, ...)
{
	char buffer[256], *string = buffer;
	va_list list, again;

	va_start(list, format);
	va_copy(again, list);
	int len = vsnprintf(buffer, sizeof(buffer), format, list);
	if (len >= (int)sizeof(buffer))
		len = vasprintf(&string, format, again);
	va_end(again);
	va_end(list);
	if (len < 0)
		memory_out();
	struct text text = arena_text(arena, (struct text){ string, (size_t)len });
	if (string != buffer)
		free(string);
	return text;
}

void *memory_resize(void *memory, size_t count, size_t size)
{
	void *grown = reallocarray(memory, count ? count : 1, size);

	if (!grown)
		memory_out();
	return grown;
}

void memory_grow(void *list, size_t count, size_t size)
{
	void *memory;

	if (count & (count - 1))
		return;
	memcpy(&memory, list, sizeof(memory));
	memory = memory_resize(memory, count ? count * 2 : 1, size);
	memcpy(list, &memory, sizeof(memory));
}
