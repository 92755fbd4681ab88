/* SPDX-License-Identifier: GPL-2.0-or-later */
/** base/arena.h: memory that is given back all at once. */
#include "base/arena.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void new_memory_is_zero_also_where_it_was_used_before(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (unsigned int round = 0; round < 3; round++) {
		unsigned char *bytes = arena_zero(&arena, 1000, 3);

		for (size_t i = 0; i < 3000; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, 3000);
		arena_reset(&arena);
	}
	arena_end(&arena);
}

static void memory_is_aligned_for_numbers(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 1; i < 20; i++) {
		arena_text(&arena, text_first(text_of("0123456789012345678"), i));
		assert_int_equal((uintptr_t)arena_zero(&arena, 1, 8) % _Alignof(uint64_t), 0);
	}
	arena_end(&arena);
}

static void a_copied_text_has_a_nul_behind_it(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	struct text copy = arena_text(&arena, text_first(text_of("owls at night"), 4));
	check_string(copy, "owls");
	assert_int_equal(copy.bytes[4], 0);
	struct text empty = arena_text(&arena, (struct text){ 0 });
	check_string(empty, "");
	assert_int_equal(empty.bytes[0], 0);
	arena_end(&arena);
}

static void a_text_keeps_its_nul_bytes(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	check_text(arena_text(&arena, LITERAL("a\0b")), LITERAL("a\0b"));
	arena_end(&arena);
}

static void a_formatted_text_may_be_long(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	struct text text = arena_format(&arena, "%0*d|%s", 9000, 7, "end");
	assert_int_equal(text.len, 9004);
	check_string(text_from(text, 8999), "7|end");
	assert_int_equal(text.bytes[text.len], 0);
	arena_end(&arena);
}

static void what_was_made_before_stays_as_it_is(void **state)
{
	struct text first[200];
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (unsigned int i = 0; i < COUNT_OF(first); i++)
		first[i] = arena_format(&arena, "%u:%0*u", i, (int)(i * 10 + 1), i);
	for (unsigned int i = 0; i < COUNT_OF(first); i++) {
		struct text number = text_first(first[i], first[i].len - (i * 10 + 1) - 1);
		uint64_t value;

		assert_int_equal(text_number(number, 10, &value), 0);
		assert_int_equal(value, i);
	}
	arena_end(&arena);
}

static void a_list_grows_and_keeps_what_is_in_it(void **state)
{
	unsigned int *list = NULL;

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		memory_grow(&list, i, sizeof(*list));
		list[i] = i;
	}
	for (unsigned int i = 0; i < 5000; i++)
		assert_int_equal(list[i], i);
	free(list);
}

static void nothing_is_still_some_memory(void **state)
{
	void *memory = memory_resize(NULL, 0, 100);

	(void)state;
	assert_non_null(memory);
	free(memory);
}

/** Runs in a child, whose stderr is `out`. */
static void ask_for_too_much(int out)
{
	struct arena arena;

	dup2(out, STDERR_FILENO);
	arena_init(&arena);
	arena_zero(&arena, SIZE_MAX / 2, 3);
	_exit(0);
}

static void out_of_memory_ends_the_program_with_one_line(void **state)
{
	char line[100];
	int ends[2], status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0)
		ask_for_too_much(ends[1]);
	close(ends[1]);
	ssize_t len = read(ends[0], line, sizeof(line));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	check_string(((struct text){ line, len > 0 ? (size_t)len : 0 }),
		     "procowl: out of memory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_memory_is_zero_also_where_it_was_used_before),
		cmocka_unit_test(memory_is_aligned_for_numbers),
		cmocka_unit_test(a_copied_text_has_a_nul_behind_it),
		cmocka_unit_test(a_text_keeps_its_nul_bytes),
		cmocka_unit_test(a_formatted_text_may_be_long),
		cmocka_unit_test(what_was_made_before_stays_as_it_is),
		cmocka_unit_test(a_list_grows_and_keeps_what_is_in_it),
		cmocka_unit_test(nothing_is_still_some_memory),
		cmocka_unit_test(out_of_memory_ends_the_program_with_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
