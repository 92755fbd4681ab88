/* SPDX-License-Identifier: GPL-2.0-or-later */
/** The tables of model/: what holds of every column of every question. */
#include "check.h"
#include "model/deleted.h"
#include "model/process.h"
#include "model/recovery.h"

static const struct table *const tables[] = { &deleted_table, &recovery_table, &process_table };

static void every_column_has_a_name_a_place_and_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		assert_in_range(tables[i]->count, 1, COLUMN_MAX);
		for (size_t k = 0; k < tables[i]->count; k++) {
			const struct column *column = &tables[i]->columns[k];

			assert_non_null(column->name);
			assert_true(column->offset >= sizeof(struct facts));
			assert_true(strlen(column->help) > 0);
			assert_false(text_ends(text_of(column->help), "."));
			for (const char *c = column->name; *c; c++)
				assert_true((*c >= 'a' && *c <= 'z') || *c == '_');
		}
	}
}

static void no_two_columns_share_a_name_or_a_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		const struct column *columns = tables[i]->columns;

		for (size_t k = 0; k < tables[i]->count; k++) {
			for (size_t j = 0; j < k; j++) {
				assert_string_not_equal(columns[j].name, columns[k].name);
				assert_int_not_equal(columns[j].offset, columns[k].offset);
			}
		}
	}
}

static void the_handle_comes_first_and_the_path_last_of_the_default_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		const char *last = NULL;

		/* A process is named by its number, and no file. */
		if (tables[i] == &process_table)
			continue;

		assert_string_equal(tables[i]->columns[0].name, "handle");
		assert_true(tables[i]->columns[0].flags & COLUMN_DEFAULT);
		for (size_t k = 0; k < tables[i]->count; k++) {
			const struct column *column = &tables[i]->columns[k];

			if ((column->flags & COLUMN_DEFAULT) && !(column->flags & COLUMN_OPTIONAL))
				last = column->name;
		}
		assert_string_equal(last, "path");
	}
}

static void the_columns_of_deleted_are_those_of_the_contract(void **state)
{
	static const char *const shown[] = { "handle", "command",   "size", "disk",
					     "class",  "container", "path" };
	static const char *const more[] = { "device", "inode", "nlink",   "mode",     "uid",
					    "user",   "since", "holders", "commands", "error" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(shown); i++) {
		int index = column_find(&deleted_table, text_of(shown[i]));

		assert_true(index >= 0);
		assert_true(deleted_table.columns[index].flags & COLUMN_DEFAULT);
	}
	for (size_t i = 0; i < COUNT_OF(more); i++) {
		int index = column_find(&deleted_table, text_of(more[i]));

		assert_true(index >= 0);
		assert_false(deleted_table.columns[index].flags & COLUMN_DEFAULT);
	}
}

static void names_that_others_chose_pass_the_encoder(void **state)
{
	static const char *const foreign[] = { "command", "container", "path",
					       "user",    "commands",  "error" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(foreign); i++) {
		int index = column_find(&deleted_table, text_of(foreign[i]));

		assert_true(value_is_foreign(deleted_table.columns[index].type));
	}
}

static void every_class_grade_and_method_has_its_word(void **state)
{
	static const char *const classes[] = { "gone",  "replaced", "linked",  "lower",
					       "silly", "stale",    "tmpfile", "memory" };
	static const char *const grades[] = { "",       "same",   "snapshot",  "no-writer",
					      "frozen", "prefix", "unchanged", "changed" };
	static const char *const methods[] = { "", "relink", "clone", "copy" };

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(classes); i++) {
		check_string(class_word(CLASS_GONE + i), classes[i]);
		assert_int_equal(class_is_quiet(CLASS_GONE + i), i >= 6);
	}
	for (unsigned int i = 0; i < COUNT_OF(grades); i++)
		check_string(grade_word(i), grades[i]);
	for (unsigned int i = 0; i < COUNT_OF(methods); i++)
		check_string(method_word(i), methods[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_has_a_name_a_place_and_a_sentence),
		cmocka_unit_test(no_two_columns_share_a_name_or_a_place),
		cmocka_unit_test(the_handle_comes_first_and_the_path_last_of_the_default_ones),
		cmocka_unit_test(the_columns_of_deleted_are_those_of_the_contract),
		cmocka_unit_test(names_that_others_chose_pass_the_encoder),
		cmocka_unit_test(every_class_grade_and_method_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
