/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/push_narrow.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/socket.h"
#include "model/deleted.h"

enum letter {
	LETTER_FD = 'f',
	LETTER_USE = 'u',
	LETTER_INODE = 'i',
	LETTER_CLASS = 'c',
	LETTER_KIND = 'k',
	LETTER_LOCAL_PORT = 'l',
	LETTER_PEER_PORT = 'r',
};

static const struct {
	const struct question *question;
	const char *column;
	enum letter letter;
} letters[] = {
	{ &question_files, "fd", LETTER_FD },
	{ &question_files, "use", LETTER_USE },
	{ &question_files, "inode", LETTER_INODE },
	{ &question_files, "class", LETTER_CLASS },
	{ &question_files, "kind", LETTER_KIND },
	{ &question_sockets, "inode", LETTER_INODE },
	{ &question_sockets, "local_port", LETTER_LOCAL_PORT },
	{ &question_sockets, "peer_port", LETTER_PEER_PORT },
};

const struct narrow_cost narrow_costs[] = {
	{ LETTER_FD, 20000, 1000 },        { LETTER_USE, 20000, 1000 },
	{ LETTER_INODE, 100000, 100 },     { LETTER_CLASS, 100000, 1000 },
	{ LETTER_KIND, 500000, 20000 },    { LETTER_LOCAL_PORT, 100000, 100 },
	{ LETTER_PEER_PORT, 100000, 100 }, { 0, 0, 0 },
};

char narrow_letter(const struct question *question, const char *column)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].question == question && strcmp(letters[i].column, column) == 0)
			return (char)letters[i].letter;
	}
	return 0;
}

bool narrow_takes_list(char letter)
{
	return letter == LETTER_CLASS || letter == LETTER_KIND;
}

bool narrow_number(sqlite3_value *value, uint64_t *ret)
{
	int type = sqlite3_value_numeric_type(value);
	sqlite3_int64 number = sqlite3_value_int64(value);

	if (type != SQLITE_INTEGER &&
	    (type != SQLITE_FLOAT || sqlite3_value_double(value) != (double)number))
		return false;
	*ret = (uint64_t)number;
	return number >= 0;
}

static struct text text_in(sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);

	return text ? (struct text){ text, (size_t)sqlite3_value_bytes(value) } :
		      (struct text){ 0 };
}

static bool take_fd(struct narrow *narrow, sqlite3_value *value)
{
	uint64_t fd;

	if (!narrow_number(value, &fd) || fd > INT32_MAX)
		return false;
	narrow->by_place = true;
	narrow->place = (struct handle){ .use = USE_FD, .fd = (unsigned int)fd };
	return true;
}

/** Of descriptors and mappings there are many in every process; these stand alone. */
static void take_use(struct narrow *narrow, struct text use)
{
	static const struct {
		const char *word;
		enum use use;
	} places[] = { { "cwd", USE_CWD }, { "root", USE_ROOT }, { "exe", USE_EXE } };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!text_is(use, places[i].word) || narrow->by_place)
			continue;
		narrow->by_place = true;
		narrow->place = (struct handle){ .use = places[i].use };
	}
}

/** The sorts that a kind may be of: model/kind.h. 0: whatever the kernel may call so. */
static unsigned int sorts_of_kind(struct text kind)
{
	static const struct {
		const char *word;
		unsigned int sorts;
	} kinds[] = {
		{ "regular", LOOK_SORT_PATH },
		{ "directory", LOOK_SORT_PATH },
		{ "char", LOOK_SORT_PATH },
		{ "block", LOOK_SORT_PATH },
		{ "fifo", LOOK_SORT_PATH },
		{ "symlink", LOOK_SORT_PATH },
		{ "mqueue", LOOK_SORT_PATH },
		{ "memfd", LOOK_SORT_PATH },
		{ "sysv", LOOK_SORT_PATH },
		{ "pipe", LOOK_SORT_PIPE },
		{ "eventfd", LOOK_SORT_EVENTFD },
		{ "epoll", LOOK_SORT_OTHER },
		{ "inotify", LOOK_SORT_OTHER },
		{ "fanotify", LOOK_SORT_OTHER },
		{ "timerfd", LOOK_SORT_OTHER },
		{ "signalfd", LOOK_SORT_OTHER },
		{ "pidfd", LOOK_SORT_OTHER },
		{ "bpf", LOOK_SORT_OTHER },
		{ "io_uring", LOOK_SORT_OTHER },
		{ "userfaultfd", LOOK_SORT_OTHER },
		{ "perf", LOOK_SORT_OTHER },
		{ "namespace", LOOK_SORT_OTHER },
		/* One that was opened by its path, too. */
		{ "socket", LOOK_SORT_SOCKET | LOOK_SORT_PATH },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (text_is(kind, kinds[i].word))
			return kinds[i].sorts;
	}
	for (enum socket_kind i = 0; i < SOCKET_KINDS; i++) {
		if (text_is(kind, socket_kind_word(i)))
			return LOOK_SORT_SOCKET;
	}
	return 0;
}

/** A stale file may go by a name that says nothing: then all are asked. */
static unsigned int sorts_of_class(struct text class)
{
	return text_equal(class, class_word(CLASS_STALE)) ? 0 : LOOK_SORT_DELETED;
}

/** What is said of a value: "gone, linked". */
struct listing {
	FILE *out;
	char *text;
	size_t len;
};

static void list_begin(struct listing *listing)
{
	listing->out = open_memstream(&listing->text, &listing->len);
	if (!listing->out)
		memory_out();
}

static char *list_end(struct listing *listing)
{
	if (fclose(listing->out))
		memory_out();
	return listing->text;
}

/** 0 when one of them may be anything. */
static unsigned int sorts_of(char letter, sqlite3_value *value, unsigned int sorts,
			     struct listing *listing)
{
	struct text word = text_in(value);
	unsigned int more = letter == LETTER_CLASS ? sorts_of_class(word) : sorts_of_kind(word);

	fprintf(listing->out, "%s%.*s", ftell(listing->out) ? ", " : "", (int)word.len,
		word.len ? word.bytes : "");
	return more ? sorts | more : 0;
}

static unsigned int sorts_of_list(char letter, bool list, sqlite3_value *value,
				  struct listing *listing)
{
	unsigned int sorts = 0;
#if SQLITE_VERSION_NUMBER >= 3038000
	sqlite3_value *each;

	if (list) {
		int rc = sqlite3_vtab_in_first(value, &each);

		for (; rc == SQLITE_OK; rc = sqlite3_vtab_in_next(value, &each)) {
			if (sqlite3_value_type(each) == SQLITE_NULL)
				continue;
			sorts = sorts_of(letter, each, sorts, listing);
			if (!sorts)
				return 0;
		}
		return sorts;
	}
#else
	(void)list;
#endif
	return sorts_of(letter, value, sorts, listing);
}

static void take_words(struct narrow *narrow, char letter, bool list, sqlite3_value *value,
		       char **said)
{
	struct listing listing;

	list_begin(&listing);
	unsigned int sorts = sorts_of_list(letter, list, value, &listing);
	char *words = list_end(&listing);
	/* Of what may be deleted the kind is left to whoever reads the rows. */
	bool taken = sorts && !narrow->sorts;
	if (taken && asprintf(said, "%s %s%s%s", letter == LETTER_CLASS ? "class" : "kind",
			      list ? "IN (" : "= ", words, list ? ")" : "") < 0)
		memory_out();
	if (taken)
		narrow->sorts = sorts;
	free(words);
}

static void take_number(uint64_t *at, const char *name, sqlite3_value *value, char **said)
{
	/* What is larger than SQLite's numbers is a text there, and compared otherwise. */
	if (!narrow_number(value, at))
		*at = 0;
	if (*at && asprintf(said, "%s = %" PRIu64, name, *at) < 0)
		memory_out();
}

bool narrow_take(struct narrow *narrow, char letter, bool list, sqlite3_value *value, char **said)
{
	*said = NULL;
	if (!list && sqlite3_value_type(value) == SQLITE_NULL)
		return false;
	switch (letter) {
	case LETTER_FD:
		if (!take_fd(narrow, value))
			return false;
		if (asprintf(said, "fd = %u", narrow->place.fd) < 0)
			memory_out();
		return true;
	case LETTER_USE: {
		bool before = narrow->by_place;

		take_use(narrow, text_in(value));
		if (!before && narrow->by_place &&
		    asprintf(said, "use = %s", sqlite3_value_text(value)) < 0)
			memory_out();
		return true;
	}
	case LETTER_CLASS:
	case LETTER_KIND:
		if (!narrow->by_place)
			take_words(narrow, letter, list, value, said);
		return true;
	case LETTER_INODE:
		if (!narrow->by_place)
			take_number(&narrow->inode, "inode", value, said);
		return true;
	case LETTER_LOCAL_PORT:
		take_number(&narrow->local_port, "local_port", value, said);
		return true;
	case LETTER_PEER_PORT:
		take_number(&narrow->peer_port, "peer_port", value, said);
		return true;
	default:
		return true;
	}
}
