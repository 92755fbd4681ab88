/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/pieces.h: calls put together from what lies in the ring. */
#include "scan/pieces.h"

#include <string.h>

#include "printed.h"

struct test {
	struct printed printed;
	struct pieces pieces;
};

static void tell_bytes(void *context, struct text bytes)
{
	struct test *test = context;

	fwrite(bytes.bytes, 1, bytes.len, test->printed.out);
}

static void tell_gap(void *context, const struct tap_gap *gap)
{
	struct test *test = context;

	fprintf(test->printed.out, "[%d %d %u", (int)gap->bytes, gap->why, (unsigned int)gap->way);
	fprintf(test->printed.out, " %.*s]", (int)gap->path.len,
		gap->path.len ? gap->path.bytes : "");
}

static void begin(struct test *test)
{
	printed_begin(&test->printed);
	pieces_begin(&test->pieces, &(struct pieces_reader){ test, tell_bytes, tell_gap });
}

static void take(struct test *test, struct tap_record head, struct text bytes)
{
	char *record = malloc(sizeof(head) + bytes.len);

	memcpy(record, &head, sizeof(head));
	if (bytes.len)
		memcpy(record + sizeof(head), bytes.bytes, bytes.len);
	pieces_take(&test->pieces, (struct text){ record, sizeof(head) + bytes.len });
	free(record);
}

static void whole(struct test *test, unsigned int call, unsigned int lost, const char *bytes)
{
	take(test,
	     (struct tap_record){ .kind = TAP_WHOLE,
				  .call = call,
				  .lost = lost,
				  .total = (unsigned int)strlen(bytes) },
	     text_of(bytes));
}

static void call(struct test *test, unsigned int id, unsigned int total, unsigned int pieces)
{
	take(test,
	     (struct tap_record){ .kind = TAP_CALL, .call = id, .total = total, .pieces = pieces },
	     (struct text){ 0 });
}

static void piece(struct test *test, unsigned int id, unsigned int from, const char *bytes)
{
	take(test, (struct tap_record){ .kind = TAP_PIECE, .call = id, .from = from },
	     text_of(bytes));
}

static void check_told(struct test *test, unsigned int lost, const char *wanted)
{
	pieces_end(&test->pieces, lost);
	assert_null(test->pieces.first);
	pieces_forget(&test->pieces);
	assert_null(test->pieces.spent);
	printed_check(&test->printed, wanted);
}

static void calls_are_told_in_order(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	whole(&test, 0, 0, "a");
	call(&test, 1, 4, 2);
	piece(&test, 1, 0, "bc");
	piece(&test, 1, 2, "de");
	whole(&test, 2, 0, "f");
	check_told(&test, 0, "abcdef");
	assert_int_equal(test.pieces.told_bytes, 6);
}

static void a_call_is_not_torn_by_those_between_its_pieces(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	call(&test, 7, 6, 3);
	piece(&test, 7, 0, "ab");
	call(&test, 8, 4, 2);
	piece(&test, 8, 0, "12");
	whole(&test, 9, 0, "!");
	piece(&test, 7, 2, "cd");
	piece(&test, 8, 2, "34");
	piece(&test, 7, 4, "ef");
	check_told(&test, 0, "abcdef1234!");
}

static void a_lost_piece_is_marked_in_its_place(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	call(&test, 1, 6, 1);
	piece(&test, 1, 2, "cd");
	call(&test, 2, 3, 0);
	whole(&test, 3, 0, "x");
	check_told(&test, 0, "[2 0 0 ]cd[2 0 0 ][3 0 0 ]x");
	assert_int_equal(test.pieces.told_bytes, 3);
	assert_int_equal(test.pieces.lost_bytes, 7);
}

static void calls_without_room_are_marked_before_the_next_and_counted_once(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	whole(&test, 1, 0, "a");
	whole(&test, 2, 100, "b");
	whole(&test, 3, 100, "c");
	/* Another processor was quicker. */
	whole(&test, 4, 50, "d");
	whole(&test, 5, 130, "e");
	check_told(&test, 170, "a[100 0 0 ]bcd[30 0 0 ]e[40 0 0 ]");
	assert_int_equal(test.pieces.lost_bytes, 170);
}

static void what_was_lost_before_a_call_is_no_part_of_another(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	call(&test, 1, 4, 2);
	piece(&test, 1, 0, "ab");
	whole(&test, 2, 9, "x");
	piece(&test, 1, 2, "cd");
	check_told(&test, 9, "abcd[9 0 0 ]x");
}

static void what_is_from_a_file_says_from_which(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	take(&test,
	     (struct tap_record){ .kind = TAP_CALL,
				  .call = 1,
				  .total = 50,
				  .pieces = 1,
				  .is = TAP_UNSEEN,
				  .way = TAP_SENDFILE },
	     (struct text){ 0 });
	take(&test, (struct tap_record){ .kind = TAP_NAME, .call = 1 }, LITERAL("passwd\0etc\0"));
	take(&test,
	     (struct tap_record){ .kind = TAP_CALL, .call = 2, .total = 7, .is = TAP_HIDDEN },
	     (struct text){ 0 });
	check_told(&test, 0, "[50 2 1 /etc/passwd][7 1 0 ]");
	assert_int_equal(test.pieces.unseen_bytes, 50);
	assert_int_equal(test.pieces.hidden_bytes, 7);
}

static void what_breaks_off_is_marked(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	call(&test, 1, 4, 2);
	piece(&test, 1, 0, "ab");
	whole(&test, 2, 0, "x");
	check_told(&test, 0, "ab[2 0 0 ]x");
}

static void a_record_that_is_too_short_or_of_no_call_is_passed_over(void **state)
{
	struct test test;

	(void)state;
	begin(&test);
	pieces_take(&test.pieces, text_of("abc"));
	piece(&test, 5, 0, "ab");
	check_told(&test, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_told_in_order),
		cmocka_unit_test(a_call_is_not_torn_by_those_between_its_pieces),
		cmocka_unit_test(a_lost_piece_is_marked_in_its_place),
		cmocka_unit_test(calls_without_room_are_marked_before_the_next_and_counted_once),
		cmocka_unit_test(what_was_lost_before_a_call_is_no_part_of_another),
		cmocka_unit_test(what_is_from_a_file_says_from_which),
		cmocka_unit_test(what_breaks_off_is_marked),
		cmocka_unit_test(a_record_that_is_too_short_or_of_no_call_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
