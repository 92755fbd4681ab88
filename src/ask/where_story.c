/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The sentence above a census: "Of 83 processes, 42 write their stderr nowhere, 25 to files and 16 to
 * terminals."
 */
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "ask/where.h"
#include "show/units.h"

/** Kinds of places that a person tells apart. */
enum sort_of_place { NOWHERE, FILES, TERMINALS, PIPES, SOCKETS, ELSEWHERE, SORTS };

/** Documentation/admin-guide/devices.txt. */
enum {
	MEM_MAJOR = 1,
	NULL_MINOR = 3,
	TTY_MAJOR = 4,
	CONSOLE_MAJOR = 5,
	PTS_FIRST = 136,
	PTS_LAST = 143
};

static bool is_terminal(dev_t rdev)
{
	unsigned int number = major(rdev);

	return number == TTY_MAJOR || number == CONSOLE_MAJOR ||
	       (number >= PTS_FIRST && number <= PTS_LAST);
}

static enum sort_of_place sort_of(const struct open_file *file)
{
	uint32_t mode = file->inode_rc ? 0 : file->inode.mode;

	if (S_ISCHR(mode) && file->inode.rdev == makedev(MEM_MAJOR, NULL_MINOR))
		return NOWHERE;
	if (S_ISCHR(mode) && is_terminal(file->inode.rdev))
		return TERMINALS;
	if (S_ISREG(mode) || S_ISDIR(mode))
		return FILES;
	if (S_ISFIFO(mode))
		return PIPES;
	return S_ISSOCK(mode) ? SOCKETS : ELSEWHERE;
}

static const char *const words[SORTS] = {
	[NOWHERE] = "nowhere", [FILES] = "to files",     [TERMINALS] = "to terminals",
	[PIPES] = "to pipes",  [SOCKETS] = "to sockets", [ELSEWHERE] = "elsewhere",
};

static const char *const words_from[SORTS] = {
	[NOWHERE] = "nothing",  [FILES] = "from files",     [TERMINALS] = "from terminals",
	[PIPES] = "from pipes", [SOCKETS] = "from sockets", [ELSEWHERE] = "from elsewhere",
};

/** "42 write their stderr nowhere, 25 to files and 16 to terminals" */
static void tell_sorts(FILE *head, const uint64_t counts[SORTS], const char *verb,
		       const char *const *by_sort)
{
	bool told[SORTS] = { false };
	size_t left = 0;

	for (size_t i = 0; i < SORTS; i++)
		left += counts[i] > 0;
	for (bool first = true; left; left--, first = false) {
		size_t most = SORTS;

		for (size_t i = 0; i < SORTS; i++) {
			if (!told[i] && counts[i] && (most == SORTS || counts[i] > counts[most]))
				most = i;
		}
		told[most] = true;
		fprintf(head, "%s%" PRIu64 "%s %s",
			first     ? "" :
			left == 1 ? " and " :
				    ", ",
			counts[most], first ? verb : "", by_sort[most]);
	}
}

/** What a process does with descriptors 0, 1 and 2. */
static const struct {
	const char *many, *one;
	const char *const *words;
} standard[] = {
	{ " read their stdin", " process reads its stdin", words_from },
	{ " write their stdout", " process writes its stdout", words },
	{ " write their stderr", " process writes its stderr", words },
};

static void tell_descriptors(FILE *head, const struct inquiry *inquiry, const struct census *census)
{
	uint64_t counts[SORTS] = { 0 };
	unsigned int fd = inquiry->place.fd;
	bool one = census->processes == 1;

	for (size_t i = 0; i < census->count; i++)
		counts[sort_of(&census->places[i].file)] += census->places[i].pid_count;
	if (fd > 2) {
		fprintf(head, "%" PRIu64 " process%s a descriptor %u: ", census->processes,
			one ? " has" : "es have", fd);
		tell_sorts(head, counts, "", words);
	} else {
		if (!one)
			fprintf(head, "Of %" PRIu64 " processes, ", census->processes);
		tell_sorts(head, counts, one ? standard[fd].one : standard[fd].many,
			   standard[fd].words);
	}
	fputs(".\n", head);
}

static void tell_links(FILE *head, const struct inquiry *inquiry, const struct census *census)
{
	const char *y = census->count == 1 ? "y" : "ies";
	const char *s = census->processes == 1 ? "s" : "";

	fprintf(head, "%" PRIu64 " process%s ", census->processes, *s ? "" : "es");
	switch (inquiry->place.use) {
	case USE_CWD:
		fprintf(head, "work%s in %zu director%s.\n", s, census->count, y);
		return;
	case USE_ROOT:
		fprintf(head, "see%s %zu root director%s.\n", s, census->count, y);
		return;
	case USE_EXE:
		fprintf(head, "run%s %zu program%s.\n", s, census->count,
			census->count == 1 ? "" : "s");
		return;
	case USE_FD:
	case USE_MAP:
	case USE_RING:
	case USE_LOOP:
		return;
	}
}

void census_tell(const struct inquiry *inquiry, const struct census *census)
{
	FILE *head = sink_head(inquiry->sink), *tail = sink_tail(inquiry->sink);

	if (!head || !tail || !census->count)
		return;
	if (inquiry->place.use == USE_FD)
		tell_descriptors(head, inquiry, census);
	else
		tell_links(head, inquiry, census);
	fprintf(tail, "  who they are    %s --pids\n  by hand         %s --how\n", inquiry->line,
		inquiry->line);
}
