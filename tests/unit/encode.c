/* SPDX-License-Identifier: GPL-2.0-or-later */
/** show/encode.h: the one encoder for bytes that another program chose. */
#include "show/encode.h"

#include <sys/wait.h>
#include <unistd.h>

#include "printed.h"

static struct text encoded(struct printed *printed, struct text text)
{
	printed_begin(printed);
	encode_write(printed->out, text);
	return printed_text(printed);
}

static void check_encoded(struct text text, const char *wanted)
{
	struct printed printed;

	check_string(encoded(&printed, text), wanted);
	assert_int_equal(encode_is_plain(text), text_equal(text, text_of(wanted)));
	printed_end(&printed);
}

static void plain_text_stays_as_it_is(void **state)
{
	(void)state;
	check_encoded(text_of("/var/log/app.log"), "/var/log/app.log");
	check_encoded(text_of("a b\"c'd$e`f~!#%&()*;<>?[]{}|"), "a b\"c'd$e`f~!#%&()*;<>?[]{}|");
	check_encoded(text_of("Füße, 梟, 🦉"), "Füße, 梟, 🦉");
	check_encoded(text_of(""), "");
	check_encoded((struct text){ 0 }, "");
}

static void every_control_and_del_is_escaped(void **state)
{
	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		char raw[3] = { 'a', (char)byte, 'b' }, wanted[16];

		if (byte >= 0x20 && byte != 0x7f && byte < 0x80)
			continue;
		/* From 0x80 on a lone byte is no UTF-8, and becomes the same. */
		snprintf(wanted, sizeof(wanted), "a\\x%02xb", byte);
		check_encoded((struct text){ raw, 3 }, wanted);
	}
}

static void a_backslash_is_doubled(void **state)
{
	(void)state;
	check_encoded(text_of("\\"), "\\\\");
	check_encoded(text_of("a\\x41"), "a\\\\x41");
	check_encoded(text_of("\\\\"), "\\\\\\\\");
}

static void every_c1_control_is_escaped_byte_by_byte(void **state)
{
	(void)state;
	for (unsigned int code = 0x80; code <= 0x9f; code++) {
		char raw[2] = { (char)0xc2, (char)code }, wanted[16];

		snprintf(wanted, sizeof(wanted), "\\xc2\\x%02x", code);
		check_encoded((struct text){ raw, 2 }, wanted);
	}
	check_encoded(text_of("\u00a0\u00a1"), "\u00a0\u00a1");
}

static void what_turns_the_reading_direction_or_ends_a_line_is_escaped(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "\u061c", "\\xd8\\x9c" },      { "\u200e", "\\xe2\\x80\\x8e" },
		{ "\u200f", "\\xe2\\x80\\x8f" }, { "\u2028", "\\xe2\\x80\\xa8" },
		{ "\u2029", "\\xe2\\x80\\xa9" }, { "\u202a", "\\xe2\\x80\\xaa" },
		{ "\u202b", "\\xe2\\x80\\xab" }, { "\u202c", "\\xe2\\x80\\xac" },
		{ "\u202d", "\\xe2\\x80\\xad" }, { "\u202e", "\\xe2\\x80\\xae" },
		{ "\u2066", "\\xe2\\x81\\xa6" }, { "\u2067", "\\xe2\\x81\\xa7" },
		{ "\u2068", "\\xe2\\x81\\xa8" }, { "\u2069", "\\xe2\\x81\\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check_encoded(text_of(cases[i].text), cases[i].wanted);
	check_encoded(text_of("\u200d\u202f\u2065\u206a"), "\u200d\u202f\u2065\u206a");
}

static void what_is_not_utf8_is_escaped(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		/* cut off */
		{ "\xc3", "\\xc3" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xf0\x9f\xa6", "\\xf0\\x9f\\xa6" },
		{ "\xe2\x82z", "\\xe2\\x82z" },
		/* overlong */
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xc1\xbf", "\\xc1\\xbf" },
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
		/* surrogates */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
		/* above U+10FFFF, and bytes that begin nothing */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
		{ "\xfe\xff", "\\xfe\\xff" },
		{ "\x80", "\\x80" },
		/* the good one behind it stays */
		{ "\xff\u00fc", "\\xff\u00fc" },
		{ "\xc3\xc3\xbc", "\\xc3\u00fc" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		check_encoded(text_of(cases[i].text), cases[i].wanted);
		assert_false(encode_is_utf8(text_of(cases[i].text)));
	}
}

static void the_edges_of_utf8_are_utf8(void **state)
{
	static const char *const cases[] = { "",
					     "\x7f",
					     "\xc2\x80",
					     "\xdf\xbf",
					     "\xe0\xa0\x80",
					     "\xed\x9f\xbf",
					     "\xee\x80\x80",
					     "\xef\xbf\xbf",
					     "\xf0\x90\x80\x80",
					     "\xf4\x8f\xbf\xbf" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(encode_is_utf8(text_of(cases[i])));
	assert_true(encode_is_utf8(LITERAL("a\0b")));
}

/** Turn what the encoder wrote back; how many bytes. */
static size_t decode(struct text text, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint64_t byte;

		if (text.bytes[i] != '\\') {
			out[len++] = text.bytes[i];
		} else if (text.bytes[i + 1] == '\\') {
			out[len++] = '\\';
			i++;
		} else {
			assert_int_equal(text.bytes[i + 1], 'x');
			assert_int_equal(text_number(text_first(text_from(text, i + 2), 2), 16,
						     &byte),
					 0);
			out[len++] = (char)byte;
			i += 3;
		}
	}
	return len;
}

static void whatever_comes_in_can_be_turned_back(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (unsigned int round = 0; round < 2000; round++) {
		char raw[40], back[40];
		size_t len = round % sizeof(raw);
		struct printed printed;

		for (size_t i = 0; i < len; i++) {
			static const char likely[] = "\\x4\xc2\xe2\x80\xae\xff\n";

			random = random * 1103515245 + 12345;
			raw[i] = (random >> 16 & 3) ?
					 likely[(random >> 18) % (sizeof(likely) - 1)] :
					 (char)(random >> 20);
		}
		struct text text = encoded(&printed, (struct text){ raw, len });
		assert_true(encode_is_utf8(text));
		assert_int_equal(decode(text, back), len);
		assert_memory_equal(back, raw, len);
		printed_end(&printed);
	}
}

static void base64_is_as_in_rfc_4648(void **state)
{
	static const struct {
		struct text text;
		const char *wanted;
	} cases[] = {
		{ LITERAL(""), "" },
		{ LITERAL("f"), "Zg==" },
		{ LITERAL("fo"), "Zm8=" },
		{ LITERAL("foo"), "Zm9v" },
		{ LITERAL("foob"), "Zm9vYg==" },
		{ LITERAL("fooba"), "Zm9vYmE=" },
		{ LITERAL("foobar"), "Zm9vYmFy" },
		{ LITERAL("\xff\xfe\xfd\xfb\xf0"), "//79+/A=" },
		{ LITERAL("\0\0"), "AAA=" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct printed printed;

		printed_begin(&printed);
		encode_base64(printed.out, cases[i].text);
		printed_check(&printed, cases[i].wanted);
	}
}

static void a_harmless_word_is_bare_and_others_are_quoted(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "4076:map@131842", "4076:map@131842" },
		{ "/var/log/app.log", "/var/log/app.log" },
		{ "a b", "'a b'" },
		{ "", "''" },
		{ "it's", "'it'\\''s'" },
		{ "'", "''\\'''" },
		{ "$HOME", "'$HOME'" },
		{ "~bork", "'~bork'" },
		{ "*", "'*'" },
		{ "!x", "'!x'" },
		{ "#x", "'#x'" },
		{ "Füße", "'Füße'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct printed printed;

		printed_begin(&printed);
		assert_true(encode_shell_word(printed.out, text_of(cases[i].text)));
		printed_check(&printed, cases[i].wanted);
	}
}

static void a_name_that_is_not_plain_is_no_shell_word(void **state)
{
	static const char *const cases[] = { "a\nb", "\x1b[2J", "\xff", "\u202e", "\x7f" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct printed printed;

		printed_begin(&printed);
		assert_false(encode_shell_word(printed.out, text_of(cases[i])));
		printed_check(&printed, "");
	}
}

/** Let a real shell print the word; what it printed is `raw`. */
static void check_with_shell(struct text raw)
{
	struct printed printed;
	char line[256], got[256];
	int ends[2], status;

	printed_begin(&printed);
	assert_true(encode_shell_word(printed.out, raw));
	struct text word = printed_text(&printed);
	snprintf(line, sizeof(line), "printf %%s %.*s", (int)word.len, word.bytes);
	printed_end(&printed);
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	ssize_t len = read(ends[0], got, sizeof(got));
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	check_text(((struct text){ got, len > 0 ? (size_t)len : 0 }), raw);
}

static void a_shell_reads_back_what_was_meant(void **state)
{
	char every[96] = "";
	size_t len = 0;

	(void)state;
	for (char c = ' '; c < 0x7f; c++) {
		if (c != '\\' && c != '%')
			every[len++] = c;
	}
	check_with_shell((struct text){ every, len });
	check_with_shell(text_of("it's; rm -rf $HOME `id` && \"x\""));
	check_with_shell(text_of("Füße"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays_as_it_is),
		cmocka_unit_test(every_control_and_del_is_escaped),
		cmocka_unit_test(a_backslash_is_doubled),
		cmocka_unit_test(every_c1_control_is_escaped_byte_by_byte),
		cmocka_unit_test(what_turns_the_reading_direction_or_ends_a_line_is_escaped),
		cmocka_unit_test(what_is_not_utf8_is_escaped),
		cmocka_unit_test(the_edges_of_utf8_are_utf8),
		cmocka_unit_test(whatever_comes_in_can_be_turned_back),
		cmocka_unit_test(base64_is_as_in_rfc_4648),
		cmocka_unit_test(a_harmless_word_is_bare_and_others_are_quoted),
		cmocka_unit_test(a_name_that_is_not_plain_is_no_shell_word),
		cmocka_unit_test(a_shell_reads_back_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
