/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/bars.h: several bars on a terminal made for them. */
#include "show/bars.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"
#include "show/cells.h"

enum { COLUMNS = 60, ROWS = 10 };

struct screen {
	int master;
	FILE *out; /**< the terminal's side a program has */
	char shown[4096];
	size_t len;
};

static void screen_begin(struct screen *screen)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };

	*screen = (struct screen){ .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) };
	assert_true(screen->master >= 0);
	assert_int_equal(grantpt(screen->master), 0);
	assert_int_equal(unlockpt(screen->master), 0);
	assert_int_equal(ioctl(screen->master, TIOCSWINSZ, &size), 0);
	int fd = open(ptsname(screen->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	screen->out = fdopen(fd, "w");
	assert_non_null(screen->out);
}

/** What has appeared since the last look. It may come in pieces, so a mark is written behind it. */
static struct text screen_look(struct screen *screen)
{
	static const char mark = '\a';

	putc(mark, screen->out);
	fflush(screen->out);
	screen->len = 0;
	while (!screen->len || screen->shown[screen->len - 1] != mark) {
		ssize_t len = read(screen->master, screen->shown + screen->len,
				   sizeof(screen->shown) - screen->len);
		assert_true(len > 0);
		screen->len += (size_t)len;
	}
	screen->len--;
	return (struct text){ screen->shown, screen->len };
}

static void screen_end(struct screen *screen)
{
	fclose(screen->out);
	close(screen->master);
}

#define LITERAL(string) ((struct text){ string, sizeof(string) - 1 })

static struct bars_item item(const char *title, double part)
{
	return (struct bars_item){ .label = LITERAL("cp (4076)"),
				   .title = text_of(title),
				   .measured = true,
				   .part = part,
				   .tail = LITERAL("50 %  1.0G of 2.0G") };
}

static bool shows(struct text screen, const char *part)
{
	return memmem(screen.bytes, screen.len, part, strlen(part)) != NULL;
}

static void a_bar_has_a_title_and_what_is_behind_it(void **state)
{
	struct bars_item items[] = { item("/a -> /b", 0.5) };
	struct screen screen;
	struct bars bars;

	(void)state;
	screen_begin(&screen);
	bars_init(&bars, screen.out);
	bars_draw(&bars, LITERAL("half way."), items, 1);
	struct text shown = screen_look(&screen);
	assert_true(shows(shown, "\rhalf way.\033[K"));
	assert_true(shows(shown, "cp (4076)"));
	assert_true(shows(shown, "/a -> /b"));
	assert_true(shows(shown, "  ##################"));
	assert_true(shows(shown, "-  50 %  1.0G of 2.0G\033[K"));
	screen_end(&screen);
}

static void the_next_ones_are_drawn_in_their_place(void **state)
{
	struct bars_item items[] = { item("/a", 0.5), item("/b", 0.5) };
	struct screen screen;
	struct bars bars;

	(void)state;
	screen_begin(&screen);
	bars_init(&bars, screen.out);
	bars_draw(&bars, LITERAL("one"), items, 2);
	screen_look(&screen);
	bars_draw(&bars, LITERAL("two"), items, 1);
	assert_true(shows(screen_look(&screen), "\033[6Atwo"));
	bars_clear(&bars);
	assert_true(shows(screen_look(&screen), "\033[4A\033[J"));
	screen_end(&screen);
}

static void what_is_too_long_is_cut_in_its_middle(void **state)
{
	struct bars_item items[] = { item("/a/very/long/name/of/some/directory/that/goes/on/file",
					  0.5) };
	struct screen screen;
	struct bars bars;

	(void)state;
	screen_begin(&screen);
	bars_init(&bars, screen.out);
	bars_draw(&bars, LITERAL("one"), items, 1);
	struct text shown = screen_look(&screen);
	assert_true(shows(shown, "/a/very/long/name/of/s...ctory/that/goes/on/file"));
	screen_end(&screen);
}

static void those_that_do_not_fit_are_counted(void **state)
{
	struct bars_item items[] = { item("/a", 0), item("/b", 0), item("/c", 1), item("/d", 1) };
	struct screen screen;
	struct bars bars;

	(void)state;
	screen_begin(&screen);
	bars_init(&bars, screen.out);
	bars_draw(&bars, LITERAL("one"), items, 4);
	struct text shown = screen_look(&screen);
	assert_true(shows(shown, "and 1 more"));
	assert_false(shows(shown, "/d"));
	assert_int_equal(bars.lines, 9);
	screen_end(&screen);
}

static void what_takes_two_columns_is_cut_by_columns(void **state)
{
	struct text title =
		text_of("/字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字/end");
	struct bars_item item = { .label = text_of("dd (1)"),
				  .title = title,
				  .tail = text_of("1 %") };
	struct screen screen;
	struct bars bars;
	struct text line;
	size_t widest = 0;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	screen_begin(&screen);
	bars_init(&bars, screen.out);
	bars_draw(&bars, title, &item, 1);
	struct text shown = screen_look(&screen);
	while (text_next(&shown, '\n', &line)) {
		const char *escape = memchr(line.bytes, '\033', line.len);

		/* The headline, before what clears the rest of its line. */
		if (!escape || !text_starts(text_from(line, line.bytes[0] == '\r'), "/"))
			continue;
		line.len = (size_t)(escape - line.bytes);
		widest = cells_of(text_from(line, line.bytes[0] == '\r'));
	}
	assert_true(widest < COLUMNS);
	assert_true(widest > COLUMNS - 6);
	screen_end(&screen);
	setlocale(LC_CTYPE, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bar_has_a_title_and_what_is_behind_it),
		cmocka_unit_test(the_next_ones_are_drawn_in_their_place),
		cmocka_unit_test(what_is_too_long_is_cut_in_its_middle),
		cmocka_unit_test(those_that_do_not_fit_are_counted),
		cmocka_unit_test(what_takes_two_columns_is_cut_by_columns),
	};

	setlocale(LC_CTYPE, "C");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
