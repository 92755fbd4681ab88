/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Column lists and sort keys, one a line: a selection never grows beyond its table. */
#include "row/select.h"

#include "fuzz.h"
#include "model/deleted.h"

static void check_selection(const struct selection *selection)
{
	uint64_t seen = 0;

	must(selection->count <= deleted_table.count);
	for (size_t i = 0; i < selection->count; i++) {
		must(selection->columns[i] < deleted_table.count);
		must(!(seen >> selection->columns[i] & 1));
		seen |= UINT64_C(1) << selection->columns[i];
	}
	must(selection->sort >= -1 && selection->sort < (int)deleted_table.count);
	select_needs(&deleted_table, selection);
}

static void check_message(const struct error *err)
{
	must(*err->message && memchr(err->message, 0, sizeof(err->message)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size), list = { 0 }, sort = { 0 };
	struct selection selection;
	struct error err = { 0 };

	text_next(&text, '\n', &list);
	text_next(&text, '\n', &sort);
	select_default(&deleted_table, &selection);
	if (select_columns(&deleted_table, list, &selection, &err)) {
		check_message(&err);
		select_default(&deleted_table, &selection);
	} else {
		must(selection.count > 0);
	}
	check_selection(&selection);
	err.message[0] = 0;
	if (select_sort(&deleted_table, sort, &selection, &err))
		check_message(&err);
	else
		must(selection.sort >= 0 && selection.descending == (sort.bytes[0] == '-'));
	check_selection(&selection);
	return 0;
}
