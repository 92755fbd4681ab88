/* SPDX-License-Identifier: GPL-2.0-or-later */
/** row/column.h: what lies where in a row, and columns by their name. */
#include "check.h"
#include "zoo.h"

static void a_zeroed_row_knows_nothing(void **state)
{
	struct animal animal = { 0 };

	(void)state;
	for (size_t i = 0; i < zoo.count; i++)
		assert_int_equal(column_value(&zoo, i, &animal).state, VALUE_NONE);
}

static void what_was_denied_is_told_from_what_does_not_apply(void **state)
{
	struct animal animal = { .size = 5 };

	(void)state;
	facts_deny(&animal.facts, ZOO_SIZE);
	assert_int_equal(column_value(&zoo, ZOO_SIZE, &animal).state, VALUE_DENIED);
	assert_int_equal(column_value(&zoo, ZOO_PATH, &animal).state, VALUE_NONE);
}

static void what_is_known_counts_more_than_what_was_denied(void **state)
{
	struct animal animal = { .size = 5 };

	(void)state;
	facts_deny(&animal.facts, ZOO_SIZE);
	facts_know(&animal.facts, ZOO_SIZE);
	assert_int_equal(column_value(&zoo, ZOO_SIZE, &animal).state, VALUE_KNOWN);
	assert_int_equal(column_value(&zoo, ZOO_SIZE, &animal).number, 5);
}

static void every_type_comes_out_of_its_place(void **state)
{
	static const struct text texts[] = { { "a", 1 }, { "b", 1 } };
	struct animal animal = {
		.handle = text_of("4076:7"),
		.command = { text_of("java"), 2 },
		.size = 1,
		.count = 2,
		.id = 3,
		.device = 4,
		.mode = 5,
		.since = -6,
		.word = text_of("gone"),
		.note = text_of("note"),
		.path = text_of("/x"),
		.handles = { texts, 2 },
		.names = { texts, 1 },
	};

	(void)state;
	zoo_know_all(&animal);
	check_string(column_value(&zoo, ZOO_HANDLE, &animal).text, "4076:7");
	check_string(column_value(&zoo, ZOO_COMMAND, &animal).text, "java");
	assert_int_equal(column_value(&zoo, ZOO_COMMAND, &animal).more, 2);
	assert_int_equal(column_value(&zoo, ZOO_SIZE, &animal).number, 1);
	assert_int_equal(column_value(&zoo, ZOO_COUNT, &animal).number, 2);
	assert_int_equal(column_value(&zoo, ZOO_ID, &animal).number, 3);
	assert_int_equal(column_value(&zoo, ZOO_DEVICE, &animal).number, 4);
	assert_int_equal(column_value(&zoo, ZOO_MODE, &animal).number, 5);
	assert_int_equal(column_value(&zoo, ZOO_SINCE, &animal).time_ns, -6);
	check_string(column_value(&zoo, ZOO_WORD, &animal).text, "gone");
	check_string(column_value(&zoo, ZOO_NOTE, &animal).text, "note");
	check_string(column_value(&zoo, ZOO_PATH, &animal).text, "/x");
	assert_int_equal(column_value(&zoo, ZOO_HANDLES, &animal).texts.count, 2);
	assert_int_equal(column_value(&zoo, ZOO_NAMES, &animal).texts.count, 1);
}

static void the_last_column_there_may_be_can_be_known(void **state)
{
	struct column columns[COLUMN_MAX] = { 0 };
	struct table table = { columns, COLUMN_MAX };
	struct animal animal = { .size = 7 };

	(void)state;
	columns[COLUMN_MAX - 1] =
		(struct column){ "last", TYPE_SIZE, 0, offsetof(struct animal, size), 0, "" };
	assert_int_equal(column_value(&table, COLUMN_MAX - 1, &animal).state, VALUE_NONE);
	facts_know(&animal.facts, COLUMN_MAX - 1);
	assert_int_equal(column_value(&table, COLUMN_MAX - 1, &animal).state, VALUE_KNOWN);
	assert_int_equal(column_value(&table, COLUMN_MAX - 1, &animal).number, 7);
}

static void a_column_is_found_in_any_case_but_only_whole(void **state)
{
	(void)state;
	assert_int_equal(column_find(&zoo, text_of("handle")), ZOO_HANDLE);
	assert_int_equal(column_find(&zoo, text_of("HANDLE")), ZOO_HANDLE);
	assert_int_equal(column_find(&zoo, text_of("holders")), ZOO_HANDLES);
	assert_int_equal(column_find(&zoo, text_of("handl")), -1);
	assert_int_equal(column_find(&zoo, text_of("handles")), -1);
	assert_int_equal(column_find(&zoo, text_of("")), -1);
	assert_int_equal(column_find(&zoo, LITERAL("size\0")), -1);
}

static void the_nearest_name_is_suggested_if_one_is_near(void **state)
{
	(void)state;
	assert_string_equal(column_suggest(&zoo, text_of("handel")), "handle");
	assert_string_equal(column_suggest(&zoo, text_of("comand")), "command");
	assert_string_equal(column_suggest(&zoo, text_of("comands")), "commands");
	assert_string_equal(column_suggest(&zoo, text_of("ino_de")), "inode");
	assert_null(column_suggest(&zoo, text_of("elephant")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_row_knows_nothing),
		cmocka_unit_test(what_was_denied_is_told_from_what_does_not_apply),
		cmocka_unit_test(what_is_known_counts_more_than_what_was_denied),
		cmocka_unit_test(every_type_comes_out_of_its_place),
		cmocka_unit_test(the_last_column_there_may_be_can_be_known),
		cmocka_unit_test(a_column_is_found_in_any_case_but_only_whole),
		cmocka_unit_test(the_nearest_name_is_suggested_if_one_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
