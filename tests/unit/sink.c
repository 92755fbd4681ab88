/* SPDX-License-Identifier: GPL-2.0-or-later */
/** row/sink.h: rows in, the exact bytes of every format out. */
#include "row/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "printed.h"
#include "show/encode.h"
#include "zoo.h"

static const struct text owls[] = { { "4076:7", 6 }, { "4090:cwd", 8 } };
static const struct text names[] = { { "java", 4 }, { "a b", 3 } };

static struct animal java(void)
{
	struct animal animal = {
		.handle = text_of("2214:5"),
		.command = { text_of("java"), 2 },
		.size = UINT64_C(9771050598),
		.count = 1,
		.id = 131842,
		.device = makedev(8, 1),
		.mode = 0640,
		.since = INT64_C(1795403647123456789),
		.word = text_of("replaced"),
		.path = text_of("/var/log/app.log"),
		.handles = { owls, 2 },
		.names = { names, 2 },
	};

	zoo_know_all(&animal);
	animal.facts.known[0] &= ~(UINT64_C(1) << ZOO_NOTE);
	return animal;
}

static struct animal sshd(void)
{
	struct animal animal = { .handle = text_of("612:exe"),
				 .command = { text_of("sshd"), 0 },
				 .word = text_of("gone"),
				 .path = text_of("/usr/sbin/sshd") };

	facts_know(&animal.facts, ZOO_HANDLE);
	facts_know(&animal.facts, ZOO_COMMAND);
	facts_know(&animal.facts, ZOO_WORD);
	facts_know(&animal.facts, ZOO_PATH);
	facts_deny(&animal.facts, ZOO_SIZE);
	return animal;
}

/** All of it, from columns and rows to bytes. `columns` NULL: the default ones; `sort` may be NULL. */
static void print(struct printed *printed, const struct sink_options *options, const char *columns,
		  const char *sort, const struct animal *animals, size_t count)
{
	struct selection selection;
	struct error err = { 0 };

	select_default(&zoo, &selection);
	if (columns)
		assert_int_equal(select_columns(&zoo, text_of(columns), &selection, &err), 0);
	if (sort)
		assert_int_equal(select_sort(&zoo, text_of(sort), &selection, &err), 0);
	printed_begin(printed);
	struct sink *sink = sink_begin(&zoo, &selection, options, printed->out);
	for (size_t i = 0; i < count; i++) {
		if (!sink_push(sink, &animals[i]))
			break;
	}
	assert_int_equal(sink_end(sink), 0);
}

static void check_format(enum format format, const char *columns, const struct animal *animals,
			 size_t count, const char *wanted)
{
	struct sink_options options = { .format = format };
	struct printed printed;

	print(&printed, &options, columns, NULL, animals, count);
	printed_check(&printed, wanted);
}

static void text_is_aligned_and_the_empty_column_left_out(void **state)
{
	const struct animal animals[] = { java(), sshd() };

	(void)state;
	check_format(FORMAT_TEXT, NULL, animals, 2,
		     "HANDLE   COMMAND  SIZE  CLASS     PATH\n"
		     "2214:5   java +2  9.1G  replaced  /var/log/app.log\n"
		     "612:exe  sshd        ?  gone      /usr/sbin/sshd\n");
}

static void an_optional_column_with_one_value_is_shown(void **state)
{
	struct animal animals[] = { java(), sshd() };

	(void)state;
	animals[1].note = text_of("web-7d");
	facts_know(&animals[1].facts, ZOO_NOTE);
	check_format(FORMAT_TEXT, NULL, animals, 2,
		     "HANDLE   COMMAND  SIZE  CLASS     NOTE    PATH\n"
		     "2214:5   java +2  9.1G  replaced  -       /var/log/app.log\n"
		     "612:exe  sshd        ?  gone      web-7d  /usr/sbin/sshd\n");
}

static void an_empty_column_that_somebody_asked_for_is_shown(void **state)
{
	const struct animal animal = sshd();

	(void)state;
	check_format(FORMAT_TEXT, "handle,note", &animal, 1, "HANDLE   NOTE\n612:exe  -\n");
	check_format(FORMAT_TEXT, "+note", &animal, 1,
		     "HANDLE   COMMAND  SIZE  CLASS  NOTE  PATH\n"
		     "612:exe  sshd        ?  gone   -     /usr/sbin/sshd\n");
}

static void an_optional_column_that_was_denied_is_shown(void **state)
{
	struct animal animal = sshd();

	(void)state;
	facts_deny(&animal.facts, ZOO_NOTE);
	check_format(FORMAT_TEXT, NULL, &animal, 1,
		     "HANDLE   COMMAND  SIZE  CLASS  NOTE  PATH\n"
		     "612:exe  sshd        ?  gone   ?     /usr/sbin/sshd\n");
}

static void every_type_has_its_text_form(void **state)
{
	const struct animal animal = java();

	(void)state;
	check_format(FORMAT_TEXT, "nlink,inode,device,mode,holders,commands", &animal, 1,
		     "NLINK   INODE  DEVICE  MODE  HOLDERS          COMMANDS\n"
		     "    1  131842  8:1     0640  4076:7 4090:cwd  java a\\x20b\n");
}

static void bytes_makes_sizes_plain_numbers(void **state)
{
	const struct animal animal = java();
	struct sink_options options = { .format = FORMAT_TEXT, .render.bytes = true };
	struct printed printed;

	(void)state;
	print(&printed, &options, "handle,size", NULL, &animal, 1);
	printed_check(&printed, "HANDLE        SIZE\n2214:5  9771050598\n");
}

static void raw_is_tab_separated_with_sizes_in_bytes(void **state)
{
	const struct animal animals[] = { java(), sshd() };

	(void)state;
	check_format(FORMAT_RAW, NULL, animals, 2,
		     "HANDLE\tCOMMAND\tSIZE\tCLASS\tNOTE\tPATH\n"
		     "2214:5\tjava\t9771050598\treplaced\t-\t/var/log/app.log\n"
		     "612:exe\tsshd\t?\tgone\t-\t/usr/sbin/sshd\n");
	check_format(FORMAT_RAW, "mode,device,since,holders", animals, 1,
		     "MODE\tDEVICE\tSINCE\tHOLDERS\n"
		     "0640\t8:1\t2026-11-23T03:14:07.123456789Z\t4076:7 4090:cwd\n");
}

static void raw_without_a_header_is_rows_only(void **state)
{
	const struct animal animal = java();
	struct sink_options options = { .format = FORMAT_RAW, .render.no_header = true };
	struct printed printed;

	(void)state;
	print(&printed, &options, "handle,path", NULL, &animal, 1);
	printed_check(&printed, "2214:5\t/var/log/app.log\n");
}

static void in_raw_a_name_cannot_pass_for_a_gap_or_end_its_cell(void **state)
{
	struct animal animals[] = { java(), java(), java(), java() };

	(void)state;
	animals[0].path = text_of("-");
	animals[1].path = text_of("?");
	animals[2].path = text_of("a\tb\nc");
	animals[3].path = text_of("--");
	check_format(FORMAT_RAW, "path", animals, 4, "PATH\n\\x2d\n\\x3f\na\\x09b\\x0ac\n--\n");
}

static void json_is_one_array_of_typed_objects(void **state)
{
	const struct animal animals[] = { java(), sshd() };

	(void)state;
	check_format(FORMAT_JSON, NULL, animals, 2,
		     "[\n"
		     " {\"handle\":\"2214:5\",\"command\":\"java\",\"size\":9771050598,"
		     "\"class\":\"replaced\",\"note\":null,\"path\":\"/var/log/app.log\"},\n"
		     " {\"handle\":\"612:exe\",\"command\":\"sshd\",\"size\":null,"
		     "\"class\":\"gone\",\"note\":null,\"path\":\"/usr/sbin/sshd\"}\n"
		     "]\n");
}

static void json_lines_are_the_same_objects_one_a_line(void **state)
{
	const struct animal animals[] = { java(), sshd() };

	(void)state;
	check_format(FORMAT_JSONL, "handle,size", animals, 2,
		     "{\"handle\":\"2214:5\",\"size\":9771050598}\n"
		     "{\"handle\":\"612:exe\",\"size\":null}\n");
	check_format(FORMAT_JSONL, "nlink,inode,device,mode,since,holders,commands", animals, 1,
		     "{\"nlink\":1,\"inode\":131842,\"device\":\"8:1\",\"mode\":\"0640\","
		     "\"since\":\"2026-11-23T03:14:07.123456789Z\","
		     "\"holders\":[\"4076:7\",\"4090:cwd\"],\"commands\":[\"java\",\"a b\"]}\n");
}

static void nothing_found_is_nothing_an_empty_array_or_a_header(void **state)
{
	(void)state;
	check_format(FORMAT_TEXT, NULL, NULL, 0, "");
	check_format(FORMAT_JSON, NULL, NULL, 0, "[]\n");
	check_format(FORMAT_JSONL, NULL, NULL, 0, "");
	check_format(FORMAT_RAW, "handle,path", NULL, 0, "HANDLE\tPATH\n");
}

static void a_gap_is_never_a_zero(void **state)
{
	const struct animal animal = { 0 };

	(void)state;
	check_format(FORMAT_JSONL, "all", &animal, 1,
		     "{\"handle\":null,\"command\":null,\"size\":null,\"class\":null,\"note\":null,"
		     "\"path\":null,\"nlink\":null,\"inode\":null,\"device\":null,\"mode\":null,"
		     "\"since\":null,\"holders\":null,\"commands\":null}\n");
	check_format(FORMAT_RAW, "size,mode,since,holders,path", &animal, 1,
		     "SIZE\tMODE\tSINCE\tHOLDERS\tPATH\n-\t-\t-\t-\t-\n");
	check_format(FORMAT_TEXT, "size,mode,path", &animal, 1,
		     "SIZE  MODE  PATH\n   -  -     -\n");
}

static void a_zero_that_is_known_is_one(void **state)
{
	struct animal animal = { 0 };

	(void)state;
	zoo_know_all(&animal);
	check_format(FORMAT_JSONL, "size,nlink,mode,since,path,holders", &animal, 1,
		     "{\"size\":0,\"nlink\":0,\"mode\":\"0000\",\"since\":\"1970-01-01T00:00:00Z\","
		     "\"path\":\"\",\"holders\":[]}\n");
	check_format(FORMAT_RAW, "size,nlink", &animal, 1, "SIZE\tNLINK\n0\t0\n");
}

static void a_number_above_two_to_the_63_is_a_string_in_json(void **state)
{
	struct animal animals[] = { java(), java(), java() };

	(void)state;
	animals[0].id = INT64_MAX;
	animals[1].id = UINT64_C(1) << 63;
	animals[2].id = UINT64_MAX;
	check_format(FORMAT_JSONL, "inode", animals, 3,
		     "{\"inode\":9223372036854775807}\n"
		     "{\"inode\":\"9223372036854775808\"}\n"
		     "{\"inode\":\"18446744073709551615\"}\n");
	check_format(FORMAT_RAW, "inode", animals + 2, 1, "INODE\n18446744073709551615\n");
}

static void a_name_that_is_not_utf8_has_its_bytes_beside_it(void **state)
{
	static const struct text bad[] = { { "java", 4 }, { "\xff", 1 } };
	struct animal animal = java();

	(void)state;
	animal.path = text_of("/tmp/\xff\\");
	animal.names = (struct texts){ bad, 2 };
	check_format(FORMAT_JSONL, "path,commands", &animal, 1,
		     "{\"path\":\"/tmp/\\\\xff\\\\\\\\\",\"path_base64\":\"L3RtcC//XA==\","
		     "\"commands\":[\"java\",\"\\\\xff\"],\"commands_base64\":[\"amF2YQ==\","
		     "\"/w==\"]}\n");
}

static void a_name_that_is_utf8_has_no_bytes_beside_it(void **state)
{
	struct animal animal = java();

	(void)state;
	animal.path = text_of("/tmp/Füße \"x\"");
	check_format(FORMAT_JSONL, "path", &animal, 1, "{\"path\":\"/tmp/Füße \\\"x\\\"\"}\n");
}

static void nothing_in_json_steers_a_terminal(void **state)
{
	static const char *const hostile[] = { "\x1b[2J", "a\nb", "\xc2\x9b\x32J",
					       "\u202e",  "\x7f", "\xff\x1b" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		struct sink_options options = { .format = FORMAT_JSONL };
		struct animal animal = java();
		struct printed printed;

		animal.path = text_of(hostile[i]);
		print(&printed, &options, "path", NULL, &animal, 1);
		struct text line = printed_text(&printed);
		assert_true(text_ends(line, "}\n"));
		/* All of it is plain but the newline at its end and JSON's own backslashes. */
		for (struct text rest = text_first(line, line.len - 1), part;
		     text_next(&rest, '\\', &part);)
			assert_true(encode_is_plain(part));
		printed_end(&printed);
	}
}

static void text_encodes_what_others_chose(void **state)
{
	struct animal animal = java();
	struct sink_options options = { .format = FORMAT_TEXT, .render.no_header = true };
	struct printed printed;

	(void)state;
	animal.command.name = text_of("a\x1b[1m");
	animal.path = text_of("/x\ny\\z");
	print(&printed, &options, "command,path", NULL, &animal, 1);
	printed_check(&printed, "a\\x1b[1m +2  /x\\x0ay\\\\z\n");
}

/** Three rows and their order, by the digit of their handle. */
static void check_order(const char *sort, const struct animal *animals, size_t count,
			const char *wanted)
{
	struct sink_options options = { .format = FORMAT_RAW, .render.no_header = true };
	struct printed printed;

	print(&printed, &options, "handle", sort, animals, count);
	printed_check(&printed, wanted);
}

static void numbers_are_sorted_by_value_and_gaps_come_last_both_ways(void **state)
{
	struct animal animals[4] = { java(), java(), java(), java() };

	(void)state;
	animals[0].handle = text_of("1:gap");
	animals[1].handle = text_of("1:9");
	animals[2].handle = text_of("1:denied");
	animals[3].handle = text_of("1:10");
	animals[0].facts.known[0] &= ~(UINT64_C(1) << ZOO_SIZE);
	animals[2].facts.known[0] &= ~(UINT64_C(1) << ZOO_SIZE);
	facts_deny(&animals[2].facts, ZOO_SIZE);
	animals[1].size = 9;
	animals[3].size = UINT64_MAX;
	check_order("size", animals, 4, "1:9\n1:10\n1:gap\n1:denied\n");
	check_order("-size", animals, 4, "1:10\n1:9\n1:gap\n1:denied\n");
}

static void handles_are_sorted_as_people_count(void **state)
{
	struct animal animals[4] = { java(), java(), java(), java() };

	(void)state;
	animals[0].handle = text_of("40761:1");
	animals[1].handle = text_of("4076:12");
	animals[2].handle = text_of("4076:7");
	animals[3].handle = text_of("612:exe");
	check_order("handle", animals, 4, "612:exe\n4076:7\n4076:12\n40761:1\n");
	check_order("-handle", animals, 4, "40761:1\n4076:12\n4076:7\n612:exe\n");
}

static void names_are_sorted_by_bytes_and_times_with_their_sign(void **state)
{
	struct animal animals[3] = { java(), java(), java() };

	(void)state;
	animals[0].handle = text_of("1:1");
	animals[0].path = text_of("/b");
	animals[0].since = 5;
	animals[1].handle = text_of("1:2");
	animals[1].path = text_of("/a\xff");
	animals[1].since = -5;
	animals[2].handle = text_of("1:3");
	animals[2].path = text_of("/a");
	animals[2].since = 0;
	check_order("path", animals, 3, "1:3\n1:2\n1:1\n");
	check_order("since", animals, 3, "1:2\n1:3\n1:1\n");
}

static void rows_that_are_equal_keep_their_order(void **state)
{
	struct animal animals[40];
	char handles[40][8], wanted[400];
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(animals); i++) {
		snprintf(handles[i], sizeof(handles[i]), "1:%zu", i);
		animals[i] = java();
		animals[i].handle = text_of(handles[i]);
		len += (size_t)snprintf(wanted + len, sizeof(wanted) - len, "%s\n", handles[i]);
	}
	check_order("size", animals, COUNT_OF(animals), wanted);
	check_order("-size", animals, COUNT_OF(animals), wanted);
}

static void a_limit_stops_early_and_holds_after_sorting(void **state)
{
	struct sink_options options = { .format = FORMAT_RAW,
					.limit = 2,
					.render.no_header = true };
	struct animal animals[3] = { java(), java(), java() };
	struct printed printed;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		animals[i].handle = text_first(text_from(text_of("1:11:21:3"), i * 3), 3);
		animals[i].size = 3 - i;
	}
	print(&printed, &options, "handle", NULL, animals, 3);
	printed_check(&printed, "1:1\n1:2\n");
	print(&printed, &options, "handle", "size", animals, 3);
	printed_check(&printed, "1:3\n1:2\n");
}

static void a_sink_that_has_enough_says_so(void **state)
{
	struct sink_options options = { .format = FORMAT_RAW, .limit = 2 };
	const struct animal animal = java();
	struct selection selection;
	struct printed printed;

	(void)state;
	select_default(&zoo, &selection);
	printed_begin(&printed);
	struct sink *sink = sink_begin(&zoo, &selection, &options, printed.out);
	assert_true(sink_push(sink, &animal));
	assert_false(sink_push(sink, &animal));
	assert_false(sink_push(sink, &animal));
	assert_int_equal(sink_count(sink), 2);
	sink_end(sink);
	printed_end(&printed);
}

static void streamed_rows_are_out_before_the_end(void **state)
{
	struct sink_options options = { .format = FORMAT_JSONL };
	struct animal animal = java();
	struct selection selection;
	struct error err;
	struct printed printed;

	(void)state;
	select_default(&zoo, &selection);
	assert_int_equal(select_columns(&zoo, text_of("handle"), &selection, &err), 0);
	printed_begin(&printed);
	struct sink *sink = sink_begin(&zoo, &selection, &options, printed.out);
	sink_push(sink, &animal);
	fflush(printed.out);
	check_string(((struct text){ printed.bytes, printed.len }), "{\"handle\":\"2214:5\"}\n");
	sink_end(sink);
	printed_end(&printed);
}

static void the_story_stands_around_the_table(void **state)
{
	struct sink_options options = { .format = FORMAT_TEXT, .story = true };
	const struct animal animal = java();
	struct selection selection;
	struct error err;
	struct printed printed;

	(void)state;
	select_default(&zoo, &selection);
	assert_int_equal(select_columns(&zoo, text_of("handle"), &selection, &err), 0);
	printed_begin(&printed);
	struct sink *sink = sink_begin(&zoo, &selection, &options, printed.out);
	fputs("below\n", sink_tail(sink));
	sink_push(sink, &animal);
	fputs("above\n", sink_head(sink));
	sink_finish(sink);
	assert_int_equal(sink_end(sink), 0);
	printed_check(&printed, "above\n\nHANDLE\n2214:5\n\nbelow\n");
}

static void a_story_without_a_table_has_no_gaps(void **state)
{
	struct sink_options options = { .format = FORMAT_TEXT, .story = true };
	struct selection selection;
	struct printed printed;

	(void)state;
	select_default(&zoo, &selection);
	printed_begin(&printed);
	struct sink *sink = sink_begin(&zoo, &selection, &options, printed.out);
	fputs("nothing is there\n", sink_head(sink));
	fputs("that is all\n", sink_tail(sink));
	assert_int_equal(sink_end(sink), 0);
	printed_check(&printed, "nothing is there\nthat is all\n");
}

static void without_a_reader_there_is_no_story(void **state)
{
	struct sink_options options = { .format = FORMAT_TEXT };
	struct selection selection;
	struct printed printed;

	(void)state;
	select_default(&zoo, &selection);
	printed_begin(&printed);
	struct sink *sink = sink_begin(&zoo, &selection, &options, printed.out);
	assert_null(sink_head(sink));
	assert_null(sink_tail(sink));
	sink_end(sink);
	printed_end(&printed);
}

static void output_that_is_not_taken_is_an_error(void **state)
{
	struct sink_options options = { .format = FORMAT_RAW };
	const struct animal animal = java();
	struct selection selection;
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	if (!full)
		skip_because("there is no /dev/full");
	select_default(&zoo, &selection);
	struct sink *sink = sink_begin(&zoo, &selection, &options, full);
	sink_push(sink, &animal);
	assert_int_equal(sink_end(sink), -ENOSPC);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_aligned_and_the_empty_column_left_out),
		cmocka_unit_test(an_optional_column_with_one_value_is_shown),
		cmocka_unit_test(an_empty_column_that_somebody_asked_for_is_shown),
		cmocka_unit_test(an_optional_column_that_was_denied_is_shown),
		cmocka_unit_test(every_type_has_its_text_form),
		cmocka_unit_test(bytes_makes_sizes_plain_numbers),
		cmocka_unit_test(raw_is_tab_separated_with_sizes_in_bytes),
		cmocka_unit_test(raw_without_a_header_is_rows_only),
		cmocka_unit_test(in_raw_a_name_cannot_pass_for_a_gap_or_end_its_cell),
		cmocka_unit_test(json_is_one_array_of_typed_objects),
		cmocka_unit_test(json_lines_are_the_same_objects_one_a_line),
		cmocka_unit_test(nothing_found_is_nothing_an_empty_array_or_a_header),
		cmocka_unit_test(a_gap_is_never_a_zero),
		cmocka_unit_test(a_zero_that_is_known_is_one),
		cmocka_unit_test(a_number_above_two_to_the_63_is_a_string_in_json),
		cmocka_unit_test(a_name_that_is_not_utf8_has_its_bytes_beside_it),
		cmocka_unit_test(a_name_that_is_utf8_has_no_bytes_beside_it),
		cmocka_unit_test(nothing_in_json_steers_a_terminal),
		cmocka_unit_test(text_encodes_what_others_chose),
		cmocka_unit_test(numbers_are_sorted_by_value_and_gaps_come_last_both_ways),
		cmocka_unit_test(handles_are_sorted_as_people_count),
		cmocka_unit_test(names_are_sorted_by_bytes_and_times_with_their_sign),
		cmocka_unit_test(rows_that_are_equal_keep_their_order),
		cmocka_unit_test(a_limit_stops_early_and_holds_after_sorting),
		cmocka_unit_test(a_sink_that_has_enough_says_so),
		cmocka_unit_test(streamed_rows_are_out_before_the_end),
		cmocka_unit_test(the_story_stands_around_the_table),
		cmocka_unit_test(a_story_without_a_table_has_no_gaps),
		cmocka_unit_test(without_a_reader_there_is_no_story),
		cmocka_unit_test(output_that_is_not_taken_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
