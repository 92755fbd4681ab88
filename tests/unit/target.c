/* SPDX-License-Identifier: GPL-2.0-or-later */
/** model/target.h: what a word on the command line means; the forms in the order they are tried. */
#include "model/target.h"

#include <errno.h>

#include "check.h"

static struct target parse(const char *string)
{
	struct target target;
	struct error err = { 0 };

	if (target_parse(text_of(string), &target, &err))
		fail_msg("'%s' was refused: %s", string, err.message);
	check_string(target.text, string);
	return target;
}

static void check_kind(const char *string, enum target_kind kind)
{
	struct target target = parse(string);

	if (target.kind != kind)
		fail_msg("'%s' is of kind %d, not %d", string, (int)target.kind, (int)kind);
}

static void check_refused(const char *string, const char *message)
{
	struct target target;
	struct error err = { 0 };

	if (target_parse(text_of(string), &target, &err) != -EINVAL)
		fail_msg("'%s' was not refused", string);
	assert_string_equal(err.message, message);
}

/* 1: a handle */

static void a_handle_comes_before_all_else(void **state)
{
	(void)state;
	check_kind("4076:7", TARGET_HANDLE);
	check_kind("4076:cwd", TARGET_HANDLE);
	check_kind("4076:map@131842", TARGET_HANDLE);
	check_kind("4076:ring@5.0", TARGET_HANDLE);
	check_kind("4076:7@131842", TARGET_HANDLE);
	/* has a slash, yet is no path */
	check_kind("4076/4090:7", TARGET_HANDLE);
	assert_int_equal(parse("4076/4090:7@5").handle.tid, 4090);
	assert_true(parse("4076/4090:7@5").handle.guarded);
}

static void what_only_looks_like_a_handle_is_a_word_or_a_path(void **state)
{
	(void)state;
	check_kind("4076:", TARGET_WORD);
	check_kind("4076:x", TARGET_WORD);
	check_kind("4076:map", TARGET_WORD);
	check_kind("4076:7@", TARGET_WORD);
	check_kind("./4076:7", TARGET_PATH);
	check_kind("4076/4090", TARGET_PATH);
	check_kind("/proc/4076/fd/7", TARGET_PATH);
}

/* 2: a process */

static void a_number_is_a_process(void **state)
{
	(void)state;
	check_kind("4076", TARGET_PROCESS);
	assert_int_equal(parse("4076").pid, 4076);
	assert_int_equal(parse("1").pid, 1);
	assert_int_equal(parse("004076").pid, 4076);
}

static bool is_beyond(const char *text)
{
	struct target target = parse(text);

	return target_is_beyond(&target);
}

static void a_number_no_process_can_have_is_still_a_process(void **state)
{
	(void)state;
	assert_int_equal(parse("2147483648").pid, 2147483647);
	assert_int_equal(parse("99999999999999999999999").pid, 2147483647);
	check_kind("99999999999999999999999", TARGET_PROCESS);
	assert_true(is_beyond("2147483648"));
	assert_true(is_beyond("99999999999999999999999"));
	assert_false(is_beyond("2147483647"));
	assert_false(is_beyond("0002147483647"));
	assert_false(is_beyond("4076:7"));
}

static void a_file_that_begins_with_many_digits_is_no_process(void **state)
{
	(void)state;
	check_kind("20261123031407000000000.log", TARGET_WORD);
	check_kind("99999999999999999999999/x", TARGET_PATH);
	check_kind("4076.log", TARGET_WORD);
	check_kind("4076x", TARGET_WORD);
	check_kind("-4076", TARGET_WORD);
	check_kind("+4076", TARGET_WORD);
	check_kind("0x10", TARGET_WORD);
	check_kind("./4076", TARGET_PATH);
}

/* 3: a port */

static void a_colon_and_a_number_is_a_port(void **state)
{
	struct target target;

	(void)state;
	target = parse(":8080");
	assert_int_equal(target.kind, TARGET_PORT);
	assert_int_equal(target.port, 8080);
	assert_false(target.udp);
	target = parse(":53/udp");
	assert_int_equal(target.kind, TARGET_PORT);
	assert_int_equal(target.port, 53);
	assert_true(target.udp);
	target = parse(":80/tcp");
	assert_int_equal(target.port, 80);
	assert_false(target.udp);
	assert_int_equal(parse(":1").port, 1);
	assert_int_equal(parse(":65535").port, 65535);
}

static void what_begins_with_a_colon_and_is_no_port_is_refused(void **state)
{
	static const char *const texts[] = {
		":",          ":0",    ":65536", ":http", ":99999999999999999999",
		":8080/sctp", ":/udp", ":8080/", ":-1",   ":80 80"
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		char message[200];

		snprintf(message, sizeof(message),
			 "'%s' is no port: one is written :8080 or :8080/udp, 1 to 65535",
			 texts[i]);
		check_refused(texts[i], message);
	}
}

/* 4: a path */

static void anything_with_a_slash_is_a_path(void **state)
{
	(void)state;
	check_kind("/", TARGET_PATH);
	check_kind("/var", TARGET_PATH);
	check_kind("./nginx", TARGET_PATH);
	check_kind("log/app.log", TARGET_PATH);
	check_kind("app.log/", TARGET_PATH);
	check_kind("/proc/4076/root/var/log", TARGET_PATH);
	check_kind("/a:8080", TARGET_PATH);
	/* The slash counts more than the sign of a name before it. */
	check_kind("@nginx/x", TARGET_PATH);
	check_kind("./@nginx", TARGET_PATH);
}

/* 5: a process by name */

static void an_at_sign_begins_a_name(void **state)
{
	(void)state;
	check_kind("@nginx", TARGET_NAME);
	check_string(parse("@nginx").name, "nginx");
	check_string(parse("@php-fpm*").name, "php-fpm*");
	check_string(parse("@@x").name, "@x");
	/* The way to name a process that is called like something else. */
	check_string(parse("@4076").name, "4076");
	check_string(parse("@4076:7").name, "4076:7");
	check_string(parse("@:8080").name, ":8080");
}

static void an_at_sign_alone_names_nothing(void **state)
{
	(void)state;
	check_refused("@", "'@' names no process: write @nginx, or @php-fpm*");
}

/* 6: any other word */

static void any_other_word_is_a_word(void **state)
{
	(void)state;
	check_kind("app.log", TARGET_WORD);
	check_string(parse("app.log").name, "app.log");
	check_kind("nginx", TARGET_WORD);
	check_kind("nginx@home", TARGET_WORD);
	check_kind("nginx:7", TARGET_WORD);
	check_kind("a b", TARGET_WORD);
	check_kind("*", TARGET_WORD);
	check_kind(".", TARGET_WORD);
	check_kind("cwd", TARGET_WORD);
	check_kind("x (deleted)", TARGET_WORD);
	check_kind("\xff\n", TARGET_WORD);
}

static void an_empty_word_names_nothing(void **state)
{
	struct target target;
	struct error err;

	(void)state;
	check_refused("", "an empty word names nothing");
	assert_int_equal(target_parse((struct text){ 0 }, &target, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handle_comes_before_all_else),
		cmocka_unit_test(what_only_looks_like_a_handle_is_a_word_or_a_path),
		cmocka_unit_test(a_number_is_a_process),
		cmocka_unit_test(a_number_no_process_can_have_is_still_a_process),
		cmocka_unit_test(a_file_that_begins_with_many_digits_is_no_process),
		cmocka_unit_test(a_colon_and_a_number_is_a_port),
		cmocka_unit_test(what_begins_with_a_colon_and_is_no_port_is_refused),
		cmocka_unit_test(anything_with_a_slash_is_a_path),
		cmocka_unit_test(an_at_sign_begins_a_name),
		cmocka_unit_test(an_at_sign_alone_names_nothing),
		cmocka_unit_test(any_other_word_is_a_word),
		cmocka_unit_test(an_empty_word_names_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
