/* SPDX-License-Identifier: GPL-2.0-or-later */
/** model/handle.h: the name of one open file, read and written. */
#include "model/handle.h"

#include <errno.h>

#include "check.h"

static const struct {
	const char *text;
	struct handle handle;
} forms[] = {
	{ "4076:7", { .pid = 4076, .fd = 7 } },
	{ "4076:0", { .pid = 4076 } },
	{ "4076:cwd", { .pid = 4076, .use = USE_CWD } },
	{ "4076:root", { .pid = 4076, .use = USE_ROOT } },
	{ "4076:exe", { .pid = 4076, .use = USE_EXE } },
	{ "4076:map@131842", { .pid = 4076, .use = USE_MAP, .ino = 131842 } },
	{ "4076:ring@5.0", { .pid = 4076, .use = USE_RING, .fd = 5 } },
	{ "4076:ring@5.17", { .pid = 4076, .use = USE_RING, .fd = 5, .slot = 17 } },
	{ "4076/4090:7", { .pid = 4076, .tid = 4090, .fd = 7 } },
	{ "4076/4090:cwd", { .pid = 4076, .tid = 4090, .use = USE_CWD } },
	{ "4076/4090:map@9", { .pid = 4076, .tid = 4090, .use = USE_MAP, .ino = 9 } },
	{ "4076/4090:ring@5.1", { .pid = 4076, .tid = 4090, .use = USE_RING, .fd = 5, .slot = 1 } },
	{ "4076:7@131842", { .pid = 4076, .fd = 7, .ino = 131842, .guarded = true } },
	{ "4076/4090:7@1", { .pid = 4076, .tid = 4090, .fd = 7, .ino = 1, .guarded = true } },
	{ "4076:exe@131842", { .pid = 4076, .use = USE_EXE, .ino = 131842, .guarded = true } },
	{ "1:map@18446744073709551615", { .pid = 1, .use = USE_MAP, .ino = UINT64_MAX } },
	{ "/dev/loop0", { .use = USE_LOOP } },
	{ "/dev/loop3", { .use = USE_LOOP, .fd = 3 } },
	{ "/dev/loop3@131842", { .use = USE_LOOP, .fd = 3, .ino = 131842, .guarded = true } },
	{ "2147483647:2147483647", { .pid = 2147483647, .fd = 2147483647 } },
};

static void every_form_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const struct handle *wanted = &forms[i].handle;
		struct handle handle;

		memset(&handle, 0xff, sizeof(handle));
		if (handle_parse(text_of(forms[i].text), &handle))
			fail_msg("%s was not read", forms[i].text);
		assert_int_equal(handle.pid, wanted->pid);
		assert_int_equal(handle.tid, wanted->tid);
		assert_int_equal(handle.use, wanted->use);
		assert_int_equal(handle.fd, wanted->fd);
		assert_int_equal(handle.slot, wanted->slot);
		assert_int_equal(handle.ino, wanted->ino);
		assert_int_equal(handle.guarded, wanted->guarded);
	}
}

static void every_form_is_written_as_it_was_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		char buffer[HANDLE_MAX];

		assert_string_equal(handle_format(buffer, &forms[i].handle), forms[i].text);
	}
}

static void the_longest_handle_has_room(void **state)
{
	struct handle handle = { .pid = UINT32_MAX,
				 .tid = UINT32_MAX,
				 .use = USE_RING,
				 .fd = UINT32_MAX,
				 .slot = (1 << 24) - 1 };
	char buffer[HANDLE_MAX];

	(void)state;
	assert_string_equal(handle_format(buffer, &handle),
			    "4294967295/4294967295:ring@4294967295.16777215");
	handle.use = USE_FD;
	handle.guarded = true;
	handle.ino = UINT64_MAX;
	assert_string_equal(handle_format(buffer, &handle),
			    "4294967295/4294967295:4294967295@18446744073709551615");
}

/* clang-format off */
static const char *const near_misses[] = {
	"", "4076", ":", ":7", "4076:", "/:7", "4076/:7", "/4090:7", "4076/4090", "4076:x",
	"4076:CWD", "4076:cwdx", "4076:cw", "4076: 7", " 4076:7", "4076:7 ", "4076:7\n",
	"4076 :7", "+4076:7", "-4076:7", "4076:-1", "4076:+7", "4076:0x7", "4076:7:8",
	"4076::7", "4076//4090:7", "4076/4090/1:7", "x:7", "4076x:7", "nginx:7", "./4076:7",
	"/proc/4076:7",
	/* guards */
	"4076:7@", "4076:@5", "4076:7@x", "4076:7@1@2", "4076:7@-1", "4076@5:7",
	"4076:7@18446744073709551616",
	/* mappings */
	"4076:map", "4076:map@", "4076:map@x", "4076:map@1@2", "4076:maps@1",
	"4076:map@18446744073709551616",
	/* rings */
	"4076:ring", "4076:ring@", "4076:ring@5", "4076:ring@5.", "4076:ring@.0",
	"4076:ring@5.0.1", "4076:ring@5.0@7", "4076:ring@x.0", "4076:ring@5.x",
	/* numbers no process, thread or descriptor can have */
	"2147483648:7", "4076:2147483648", "4076/2147483648:7", "99999999999999999999:7",
	"4076:ring@2147483648.0", "4076:ring@5.16777216",
	/* loop devices */
	"/dev/loop", "/dev/loop-control", "/dev/loop3p1", "/dev/loop3@", "/dev/loop3@x",
	"/dev/loop3@1@2", "/dev/loop@1", "/dev/loop2147483648", "/dev/loop/3", "/dev/loop3/",
	"/dev//loop3", "loop3", "/dev/loop3:7", "4076:/dev/loop3", "/dev/loop 3",
};
/* clang-format on */

static void a_near_miss_is_no_handle(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(near_misses); i++) {
		struct handle handle = { .pid = 42 };

		if (handle_parse(text_of(near_misses[i]), &handle) != -EINVAL)
			fail_msg("'%s' was taken for a handle", near_misses[i]);
		assert_int_equal(handle.pid, 42);
	}
	struct handle handle;
	assert_int_equal(handle_parse(LITERAL("4076:7\0"), &handle), -EINVAL);
	assert_int_equal(handle_parse((struct text){ 0 }, &handle), -EINVAL);
}

static void handles_of_one_place_are_equal_guarded_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		for (size_t k = 0; k < COUNT_OF(forms); k++) {
			struct text a = text_of(forms[i].text), b = text_of(forms[k].text), place_a,
				    place_b;
			struct text rest_a = a, rest_b = b;

			/* Without its guard; maps and rings have none. */
			text_next(&rest_a, '@', &place_a);
			text_next(&rest_b, '@', &place_b);
			if (!forms[i].handle.guarded)
				place_a = a;
			if (!forms[k].handle.guarded)
				place_b = b;
			assert_int_equal(handle_equal(&forms[i].handle, &forms[k].handle),
					 text_equal(place_a, place_b));
		}
	}
}

static void a_handle_in_an_arena_is_its_text(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	check_string(handle_text(&arena, &forms[0].handle), forms[0].text);
	arena_end(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read),
		cmocka_unit_test(every_form_is_written_as_it_was_read),
		cmocka_unit_test(the_longest_handle_has_room),
		cmocka_unit_test(a_near_miss_is_no_handle),
		cmocka_unit_test(handles_of_one_place_are_equal_guarded_or_not),
		cmocka_unit_test(a_handle_in_an_arena_is_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
