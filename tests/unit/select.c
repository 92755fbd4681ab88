/* SPDX-License-Identifier: GPL-2.0-or-later */
/** row/select.h: which columns are wanted, in which order, and what that needs. */
#include "row/select.h"

#include <errno.h>

#include "check.h"
#include "zoo.h"

/** The names selected, with commas between. */
static const char *names_of(const struct selection *selection)
{
	static char names[512];
	size_t len = 0;

	names[0] = 0;
	for (size_t i = 0; i < selection->count; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i ? "," : "",
					zoo_columns[selection->columns[i]].name);
	return names;
}

/** What `list` selects, as `-o` does: from the default ones. */
static void check_columns(const char *list, const char *wanted)
{
	struct selection selection;
	struct error err = { 0 };

	select_default(&zoo, &selection);
	assert_int_equal(select_columns(&zoo, text_of(list), &selection, &err), 0);
	assert_string_equal(names_of(&selection), wanted);
}

static void check_refused(const char *list, const char *message)
{
	struct selection selection;
	struct error err = { 0 };

	select_default(&zoo, &selection);
	assert_int_equal(select_columns(&zoo, text_of(list), &selection, &err), -EINVAL);
	assert_string_equal(err.message, message);
}

#define ALL "handle,command,size,class,note,path,nlink,inode,device,mode,since,holders,commands"
#define DEFAULTS "handle,command,size,class,note,path"

static void the_default_columns_are_those_marked_so_unsorted(void **state)
{
	struct selection selection;

	(void)state;
	select_default(&zoo, &selection);
	assert_string_equal(names_of(&selection), DEFAULTS);
	assert_int_equal(selection.sort, -1);
	assert_false(selection.descending);
}

static void columns_come_in_the_order_they_are_named(void **state)
{
	(void)state;
	check_columns("path,handle", "path,handle");
	check_columns("SIZE", "size");
}

static void a_plus_adds_to_the_default_ones(void **state)
{
	(void)state;
	check_columns("+inode", DEFAULTS ",inode");
	check_columns("+mode,inode", DEFAULTS ",mode,inode");
	check_columns("+path", DEFAULTS);
}

static void all_is_every_column_once(void **state)
{
	(void)state;
	check_columns("all", ALL);
	check_columns("all,all", ALL);
	check_columns("+all", ALL);
	check_columns("path,all",
		      "path,handle,command,size,class,note,nlink,inode,device,mode,since,holders,"
		      "commands");
}

static void a_column_named_twice_is_shown_once(void **state)
{
	(void)state;
	check_columns("path,size,path,PATH", "path,size");
}

static void an_unknown_column_suggests_the_nearest(void **state)
{
	(void)state;
	check_refused("handel", "there is no column 'handel'; did you mean 'handle'?");
	check_refused("path,siez", "there is no column 'siez'; did you mean 'size'?");
	check_refused("+elephant", "there is no column 'elephant'; --list-columns shows them all");
}

static void a_list_without_a_name_is_refused(void **state)
{
	struct selection selection;
	struct error err;

	(void)state;
	check_refused("", "no column is named; --list-columns shows them all");
	check_refused("+", "no column is named; --list-columns shows them all");
	select_default(&zoo, &selection);
	assert_int_equal(select_columns(&zoo, text_of(","), &selection, &err), -EINVAL);
	assert_int_equal(select_columns(&zoo, text_of("path,,size"), &selection, &err), -EINVAL);
}

static void a_minus_sorts_descending(void **state)
{
	struct selection selection;
	struct error err = { 0 };

	(void)state;
	select_default(&zoo, &selection);
	assert_int_equal(select_sort(&zoo, text_of("size"), &selection, &err), 0);
	assert_int_equal(selection.sort, ZOO_SIZE);
	assert_false(selection.descending);
	assert_int_equal(select_sort(&zoo, text_of("-Inode"), &selection, &err), 0);
	assert_int_equal(selection.sort, ZOO_ID);
	assert_true(selection.descending);
}

static void an_unknown_column_to_sort_by_is_refused_and_changes_nothing(void **state)
{
	struct selection selection;
	struct error err = { 0 };

	(void)state;
	select_default(&zoo, &selection);
	assert_int_equal(select_sort(&zoo, text_of("-siez"), &selection, &err), -EINVAL);
	assert_string_equal(err.message, "there is no column 'siez'; did you mean 'size'?");
	assert_int_equal(select_sort(&zoo, text_of("-"), &selection, &err), -EINVAL);
	assert_int_equal(select_sort(&zoo, text_of(""), &selection, &err), -EINVAL);
	assert_int_equal(selection.sort, -1);
	assert_false(selection.descending);
}

static void only_what_is_shown_or_sorted_by_is_needed(void **state)
{
	struct selection selection;
	struct error err = { 0 };

	(void)state;
	select_default(&zoo, &selection);
	assert_int_equal(select_needs(&zoo, &selection), NEED_STAT | NEED_LINK | NEED_FDINFO);
	assert_int_equal(select_columns(&zoo, text_of("handle"), &selection, &err), 0);
	assert_int_equal(select_needs(&zoo, &selection), 0);
	assert_int_equal(select_columns(&zoo, text_of("handle,path"), &selection, &err), 0);
	assert_int_equal(select_needs(&zoo, &selection), NEED_LINK);
	assert_int_equal(select_sort(&zoo, text_of("note"), &selection, &err), 0);
	assert_int_equal(select_needs(&zoo, &selection), NEED_LINK | NEED_FDINFO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_columns_are_those_marked_so_unsorted),
		cmocka_unit_test(columns_come_in_the_order_they_are_named),
		cmocka_unit_test(a_plus_adds_to_the_default_ones),
		cmocka_unit_test(all_is_every_column_once),
		cmocka_unit_test(a_column_named_twice_is_shown_once),
		cmocka_unit_test(an_unknown_column_suggests_the_nearest),
		cmocka_unit_test(a_list_without_a_name_is_refused),
		cmocka_unit_test(a_minus_sorts_descending),
		cmocka_unit_test(an_unknown_column_to_sort_by_is_refused_and_changes_nothing),
		cmocka_unit_test(only_what_is_shown_or_sorted_by_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
