/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Processors, groups, what a process may, and what signals do to it.
 */
#include <fcntl.h>
#include <inttypes.h>

#include "ask/person.h"
#include "ask/what.h"
#include "kernel/capability.h"
#include "kernel/cpulist.h"
#include "kernel/procfile.h"
#include "kernel/sched.h"
#include "kernel/signals.h"
#include "show/encode.h"
#include "show/units.h"

enum { MOST_OF_CAPABILITIES = 20, MOST_OF_SIGNALS = 40 };

static const uint64_t NAMELESS = UINT64_C(3) << 31;

static void write_words(FILE *out, struct texts words)
{
	for (size_t i = 0; i < words.count; i++) {
		if (i)
			putc(' ', out);
		encode_shown(out, words.items[i]);
	}
}

/** How many there are in this machine; 0: not known. */
static uint64_t count_processors(void)
{
	char bytes[1024];
	uint64_t count = 0;
	ssize_t len =
		procfile_read(AT_FDCWD, "/sys/devices/system/cpu/online", bytes, sizeof(bytes));
	struct text text = { bytes, len > 0 ? (size_t)len : 0 }, line;

	return text_next(&text, '\n', &line) && cpulist_count(line, &count) == 0 ? count : 0;
}

static void tell_policy(const struct what *what, FILE *line)
{
	const struct pidstat *stat = &what->facts.stat;
	const char *policy = stat->has_tail ? sched_policy_word(stat->policy) : NULL;

	if (policy && stat->policy)
		fprintf(line, "; %s", policy);
	if (stat->has_tail && stat->rt_priority)
		fprintf(line, " %u", stat->rt_priority);
	if (stat->nice)
		fprintf(line, "; nice %d", stat->nice);
	page_word(what->page, "policy", policy);
	if (stat->has_tail)
		page_number(what->page, "rt_priority", stat->rt_priority);
	else
		page_null(what->page, "rt_priority");
	page_signed(what->page, "nice", stat->nice);
}

void what_tell_processors(struct what *what)
{
	uint64_t all = count_processors(), allowed = 0;
	struct text list = what->facts.status.cpus;

	page_section(what->page, "processors");
	if (!list.len || cpulist_count(list, &allowed)) {
		page_null(what->page, "allowed");
		return;
	}
	FILE *line = page_line(what->page, "CPUs");
	if (allowed >= all && all)
		fprintf(line, all == 1 ? "the only one (" : "all %" PRIu64 " (", all);
	else if (all)
		fprintf(line, "%" PRIu64 " of %" PRIu64 " (", allowed, all);
	else
		fprintf(line, "%" PRIu64 " (", allowed);
	encode_shown(line, list);
	putc(')', line);
	page_text(what->page, "allowed", list);
	page_number(what->page, "count", allowed);
	tell_policy(what, line);
}

static struct text group_word(struct what *what, uint64_t gid)
{
	return person_group(&what->arena, (uint32_t)gid);
}

/** First the one that new files get, then the others. */
static struct texts list_groups(struct what *what)
{
	struct text rest = what->facts.status.groups, word, *items;
	size_t room = 2, count = 0;

	for (size_t i = 0; i < rest.len; i++)
		room += rest.bytes[i] == ' ';
	items = arena_zero(&what->arena, room, sizeof(*items));
	items[count++] = group_word(what, what->facts.status.gid[1]);
	while (text_next(&rest, ' ', &word)) {
		uint64_t gid;

		if (text_number(word, 10, &gid) == 0 && gid != what->facts.status.gid[1])
			items[count++] = group_word(what, gid);
	}
	return (struct texts){ items, count };
}

void what_tell_groups(struct what *what)
{
	page_section(what->page, "groups");
	if (!what->facts.status.has_ids) {
		what_gap(what, "groups", what->facts.rcs[PROCESS_STATUS]);
		page_null(what->page, "names");
		return;
	}
	struct texts groups = list_groups(what);
	write_words(page_line(what->page, "groups"), groups);
	page_words(what->page);
	page_texts(what->page, "names", groups);
	page_number(what->page, "gid", what->facts.status.gid[1]);
}

/** "no capabilities", "all capabilities", "all capabilities but …", or which. */
static void write_capabilities(struct what *what, FILE *line, uint64_t set)
{
	uint64_t all = capability_all();

	if (!set)
		fputs("no capabilities", line);
	else if ((set & all) == all)
		fputs("all capabilities", line);
	else if (__builtin_popcountll(set) > MOST_OF_CAPABILITIES) {
		fputs("all capabilities but ", line);
		write_words(line, capability_list(&what->arena, all & ~set));
	} else {
		write_words(line, capability_list(&what->arena, set));
	}
}

static void tell_capabilities(struct what *what, FILE *line)
{
	static const struct {
		enum pidstatus_line line;
		const char *key;
	} sets[] = { { PIDSTATUS_CAP_EFFECTIVE, "effective" },
		     { PIDSTATUS_CAP_PERMITTED, "permitted" },
		     { PIDSTATUS_CAP_INHERITABLE, "inheritable" },
		     { PIDSTATUS_CAP_BOUNDING, "bounding" },
		     { PIDSTATUS_CAP_AMBIENT, "ambient" } };
	uint64_t set, permitted;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (what_number(what, sets[i].line, &set))
			page_texts(what->page, sets[i].key, capability_list(&what->arena, set));
		else
			page_null(what->page, sets[i].key);
	}
	if (!what_number(what, PIDSTATUS_CAP_EFFECTIVE, &set))
		return;
	write_capabilities(what, line, set);
	if (what_number(what, PIDSTATUS_CAP_PERMITTED, &permitted) && permitted & ~set) {
		fputs("; may take ", line);
		write_words(line, capability_list(&what->arena, permitted & ~set));
	}
	/* In a user namespace of its own they are rights over nothing else. */
	if (set && !what->facts.rcs[PROCESS_NAMESPACES] &&
	    what->facts.namespaces.ino[NAMESPACE_USER] != what->own.ino[NAMESPACE_USER])
		fputs(" in its own user namespace", line);
}

static void tell_seccomp(struct what *what, FILE *line)
{
	static const char *const words[] = { "off", "strict", "filter" };
	uint64_t mode, filters;
	bool counted = what_number(what, PIDSTATUS_SECCOMP_FILTERS, &filters);

	if (counted)
		page_number(what->page, "seccomp_filters", filters);
	else
		page_null(what->page, "seccomp_filters");
	if (!what_number(what, PIDSTATUS_SECCOMP, &mode) || mode > 2) {
		page_null(what->page, "seccomp");
		return;
	}
	fprintf(line, "; seccomp %s", words[mode]);
	if (mode == 2 && counted && filters > 1)
		fprintf(line, "s (%" PRIu64 ")", filters);
	page_word(what->page, "seccomp", words[mode]);
}

static void tell_identity(struct what *what, FILE *line)
{
	const struct pidstatus *status = &what->facts.status;

	if (!status->has_ids ||
	    (status->uid[0] == status->uid[1] && status->uid[1] == status->uid[2]))
		return;
	fputs("; started by ", line);
	encode_shown(line, what_user_word(what, person_user(&what->arena, status->uid[0])));
	if (status->uid[2] != status->uid[1])
		fprintf(line, ", may become user %u again", status->uid[2]);
}

void what_tell_rights(struct what *what)
{
	uint64_t no_more = 0;

	page_section(what->page, "rights");
	if (what->facts.rcs[PROCESS_STATUS]) {
		what_gap(what, "rights", what->facts.rcs[PROCESS_STATUS]);
		return;
	}
	FILE *line = page_line(what->page, "rights");
	tell_capabilities(what, line);
	tell_seccomp(what, line);
	if (what_number(what, PIDSTATUS_NO_NEW_PRIVS, &no_more)) {
		page_flag(what->page, "no_new_privs", no_more);
		if (no_more)
			fputs("; can gain none (no_new_privs)", line);
	}
	tell_identity(what, line);
	page_words(what->page);
}

static void tell_signals(struct what *what, FILE *line, const char *key, const char *verb,
			 uint64_t set)
{
	struct texts names = signals_list(&what->arena, set);

	page_texts(what->page, key, names);
	/* Two have no name: the C library keeps them for itself, nptl(7). */
	if (~set & ~NAMELESS) {
		set &= ~NAMELESS;
		names = signals_list(&what->arena, set);
	}
	if (!set)
		return;
	fprintf(line, "%s ", verb);
	if (names.count > MOST_OF_SIGNALS && ~set) {
		fputs("all but ", line);
		names = signals_list(&what->arena, ~set);
	}
	if (set == UINT64_MAX)
		fputs("all", line);
	else
		write_words(line, names);
	fputs("; ", line);
}

void what_tell_signals(struct what *what)
{
	uint64_t caught, ignored, blocked;

	page_section(what->page, "signals");
	if (!what_number(what, PIDSTATUS_SIG_CAUGHT, &caught) ||
	    !what_number(what, PIDSTATUS_SIG_IGNORED, &ignored) ||
	    !what_number(what, PIDSTATUS_SIG_BLOCKED, &blocked)) {
		page_null(what->page, "caught");
		return;
	}
	FILE *line = page_line(what->page, "signals");
	uint64_t pending = pidstatus_pending(&what->facts.status);
	tell_signals(what, line, "caught", "catches", caught);
	tell_signals(what, line, "ignored", "ignores", ignored);
	tell_signals(what, line, "blocked", "blocks", blocked);
	struct texts names = signals_list(&what->arena, pending);
	page_texts(what->page, "pending", names);
	write_words(line, names);
	fputs(pending ? " pending" : "none pending", line);
	page_words(what->page);
}
