/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/hints.h: what the kernel's walk told, put in order. */
#include "scan/hints.h"

#include "bpf/wire.h"
#include "check.h"

#define RECORDS(array) ((struct text){ (const char *)(array), sizeof(array) })

/** `pid` has these descriptors, in this order, and no others. */
static void check_fds(const struct hints *hints, unsigned int pid, const unsigned int *fds,
		      size_t count)
{
	struct hinted hinted;

	assert_true(hints_of(hints, pid, &hinted));
	assert_int_equal(hinted.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(hinted.items[i].pid, pid);
		assert_int_equal(hinted.items[i].fd, fds[i]);
	}
}

static void what_is_told_twice_or_in_disorder_is_once_and_in_order(void **state)
{
	static const struct wire_descriptor told[] = {
		{ 7, WIRE_SEEN }, { 9, 4 }, { 7, 3 }, { 8, 1 }, { 9, 2 }, { 7, 3 }, { 9, 4 },
	};
	struct hints hints;

	(void)state;
	hints_begin(RECORDS(told), NULL, &hints);
	check_fds(&hints, 7, (unsigned int[]){ 3 }, 1);
	check_fds(&hints, 8, (unsigned int[]){ 1 }, 1);
	check_fds(&hints, 9, (unsigned int[]){ 2, 4 }, 2);
	hints_end(&hints);
}

static void who_was_seen_with_nothing_is_known_and_who_was_not_seen_is_not(void **state)
{
	static const struct wire_descriptor told[] = { { 7, WIRE_SEEN }, { 7, WIRE_SEEN } };
	struct hinted hinted;
	struct hints hints;

	(void)state;
	hints_begin(RECORDS(told), NULL, &hints);
	check_fds(&hints, 7, NULL, 0);
	assert_false(hints_of(&hints, 6, &hinted));
	assert_false(hints_of(&hints, 8, &hinted));
	hints_end(&hints);
	hints_begin((struct text){ 0 }, NULL, &hints);
	assert_false(hints_of(&hints, 7, &hinted));
	hints_end(&hints);
}

static void links_and_doubt_are_of_a_process_and_no_descriptors(void **state)
{
	static const struct wire_descriptor told[] = {
		{ 7, WIRE_LINKS }, { 7, WIRE_SEEN },  { 8, 3 }, { 8, WIRE_SEEN },
		{ 9, WIRE_SEEN },  { 9, WIRE_DOUBT }, { 9, 4 },
	};
	struct hinted hinted;
	struct hints hints;

	(void)state;
	hints_begin(RECORDS(told), NULL, &hints);
	check_fds(&hints, 7, NULL, 0);
	assert_true(hints_of(&hints, 7, &hinted) && hinted.links);
	assert_true(hints_of(&hints, 8, &hinted) && !hinted.links);
	assert_false(hints_of(&hints, 9, &hinted));
	hints_end(&hints);
}

static void without_word_of_mappings_anybody_may_have_some(void **state)
{
	static const struct wire_mapper told[] = { { 9 }, { 7 }, { 9 } };
	struct text mappings = RECORDS(told), none = { 0 };
	struct hints hints;

	(void)state;
	hints_begin((struct text){ 0 }, NULL, &hints);
	assert_true(hints_maps(&hints, 7));
	hints_end(&hints);
	hints_begin((struct text){ 0 }, &mappings, &hints);
	assert_true(hints_maps(&hints, 7) && hints_maps(&hints, 9));
	assert_false(hints_maps(&hints, 8));
	hints_end(&hints);
	hints_begin((struct text){ 0 }, &none, &hints);
	assert_false(hints_maps(&hints, 7));
	hints_end(&hints);
}

static void every_number_has_a_place_in_the_set(void **state)
{
	(void)state;
	for (unsigned long long ino = 1; ino; ino <<= 1) {
		assert_in_range(wire_place(ino), 0, WIRE_SET_WORDS * 64 - 1);
		assert_in_range(wire_place(~ino), 0, WIRE_SET_WORDS * 64 - 1);
		assert_int_not_equal(wire_place(ino), wire_place(ino + 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_twice_or_in_disorder_is_once_and_in_order),
		cmocka_unit_test(who_was_seen_with_nothing_is_known_and_who_was_not_seen_is_not),
		cmocka_unit_test(links_and_doubt_are_of_a_process_and_no_descriptors),
		cmocka_unit_test(without_word_of_mappings_anybody_may_have_some),
		cmocka_unit_test(every_number_has_a_place_in_the_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
