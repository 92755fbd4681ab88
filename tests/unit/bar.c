/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/bar.h: the progress bar, on a terminal made for it. */
#include "show/bar.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

enum { COLUMNS = 80 };

struct screen {
	int master;
	FILE *out; /**< the terminal's side a program has */
	char shown[4096];
	size_t len;
};

static void screen_begin(struct screen *screen)
{
	struct winsize size = { .ws_row = 24, .ws_col = COLUMNS };

	*screen = (struct screen){ .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) };
	assert_true(screen->master >= 0);
	assert_int_equal(grantpt(screen->master), 0);
	assert_int_equal(unlockpt(screen->master), 0);
	assert_int_equal(ioctl(screen->master, TIOCSWINSZ, &size), 0);
	int fd = open(ptsname(screen->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	screen->out = fdopen(fd, "w");
	assert_non_null(screen->out);
	assert_int_equal(fcntl(screen->master, F_SETFL, O_NONBLOCK), 0);
}

/** What has appeared since the last look. */
static struct text screen_look(struct screen *screen)
{
	fflush(screen->out);
	ssize_t len = read(screen->master, screen->shown, sizeof(screen->shown));
	screen->len = len > 0 ? (size_t)len : 0;
	return (struct text){ screen->shown, screen->len };
}

static void screen_end(struct screen *screen)
{
	fclose(screen->out);
	close(screen->master);
}

/** Nobody waits a second for a test: the stretch was begun long ago. */
static void begin_long_ago(struct bar *bar, uint64_t total)
{
	bar_begin(bar, "copying", total);
	bar->begun_ns -= INT64_C(10000000000);
	bar->rated_ns -= INT64_C(10000000000);
}

static void what_takes_less_than_a_second_has_no_bar(void **state)
{
	struct screen screen;
	struct bar bar;

	(void)state;
	screen_begin(&screen);
	bar_init(&bar, screen.out, text_of("app.log"));
	bar_begin(&bar, "copying", 100);
	bar_update(&bar, 50);
	bar_clear(&bar);
	check_string(screen_look(&screen), "");
	screen_end(&screen);
}

static void a_bar_says_what_is_done_of_how_much(void **state)
{
	struct screen screen;
	struct bar bar;

	(void)state;
	screen_begin(&screen);
	bar_init(&bar, screen.out, text_of("app.log"));
	bar.style.utf8 = false;
	begin_long_ago(&bar, 3 << 20);
	bar_update(&bar, 1 << 20);
	struct text shown = screen_look(&screen);
	assert_true(text_starts(shown, "\rapp.log  copying    ####"));
	assert_non_null(memmem(shown.bytes, shown.len, "1.0M of 3.0M", 12));
	assert_non_null(memmem(shown.bytes, shown.len, "102K/s", 6));
	assert_non_null(memmem(shown.bytes, shown.len, "20 s left", 9));
	bar_clear(&bar);
	check_string(screen_look(&screen), "\r\033[K");
	bar_clear(&bar);
	check_string(screen_look(&screen), "");
	screen_end(&screen);
}

/** Characters of the line: escape sequences take no room, continuation bytes neither. */
static unsigned int width_of(struct text line)
{
	unsigned int width = 0;

	for (size_t i = 0; i < line.len; i++) {
		if (line.bytes[i] == '\033') {
			while (i < line.len && line.bytes[i] != 'K' && line.bytes[i] != 'm')
				i++;
			continue;
		}
		width += line.bytes[i] != '\r' && ((unsigned char)line.bytes[i] & 0xc0) != 0x80;
	}
	return width;
}

static void a_bar_is_never_wider_than_the_terminal(void **state)
{
	static const char *const names[] = {
		"app.log",
		"",
		"a name that is much longer than any bar has room for it on one line.log",
		"\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18",
		"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct screen screen;
		struct bar bar;

		screen_begin(&screen);
		bar_init(&bar, screen.out, text_of(names[i]));
		begin_long_ago(&bar, UINT64_C(999) << 30);
		bar_update(&bar, UINT64_C(888) << 30);
		struct text shown = screen_look(&screen);
		assert_true(shown.len > 0);
		if (width_of(shown) > COLUMNS)
			fail_msg("%u columns with name %zu", width_of(shown), i);
		screen_end(&screen);
	}
}

static void a_name_is_not_cut_inside_a_character(void **state)
{
	struct screen screen;
	struct bar bar;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	screen_begin(&screen);
	bar_init(&bar, screen.out, text_of("梟梟梟梟梟梟梟梟梟梟梟梟.log"));
	begin_long_ago(&bar, 100);
	bar_update(&bar, 50);
	struct text shown = screen_look(&screen);
	assert_non_null(memmem(shown.bytes, shown.len, "梟", 3));
	assert_null(memmem(shown.bytes, shown.len, "\\x", 2));
	screen_end(&screen);
}

static void no_escape_in_a_name_reaches_the_terminal(void **state)
{
	struct screen screen;
	struct bar bar;

	(void)state;
	screen_begin(&screen);
	bar_init(&bar, screen.out, text_of("a\033[2Jb"));
	begin_long_ago(&bar, 100);
	bar_update(&bar, 50);
	assert_true(text_starts(screen_look(&screen), "\ra\\x1b[2Jb  "));
	screen_end(&screen);
}

static void off_a_terminal_nothing_is_drawn(void **state)
{
	int ends[2];
	struct bar bar;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	FILE *out = fdopen(ends[1], "w");
	assert_non_null(out);
	bar_init(&bar, out, text_of("app.log"));
	begin_long_ago(&bar, 100);
	bar_update(&bar, 50);
	bar_clear(&bar);
	fclose(out);
	char byte;
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_less_than_a_second_has_no_bar),
		cmocka_unit_test(a_bar_says_what_is_done_of_how_much),
		cmocka_unit_test(a_bar_is_never_wider_than_the_terminal),
		cmocka_unit_test(a_name_is_not_cut_inside_a_character),
		cmocka_unit_test(no_escape_in_a_name_reaches_the_terminal),
		cmocka_unit_test(off_a_terminal_nothing_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
