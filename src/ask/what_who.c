/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who a process is: the sentence above the page, its command, where it stands, whose child it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "ask/person.h"
#include "ask/what.h"
#include "base/scope.h"
#include "scan/names.h"
#include "show/encode.h"
#include "show/units.h"

/** A cycle cannot be, but what is read while they come and go may look like one. */
enum { PARENTS_MAX = 64, COMMAND_SHOWN = 1000 };

static struct text user_of(struct what *what)
{
	if (!what->user.len)
		what->user = person_user(&what->arena, what->facts.status.uid[1]);
	return what->user;
}

struct text what_user_word(struct what *what, struct text user)
{
	uint64_t number;

	return text_number(user, 10, &number) ? user :
						arena_format(&what->arena, "user %" PRIu64, number);
}

static int64_t age_ns(const struct what *what)
{
	int64_t age = what->now.now_ns - (int64_t)what->facts.stat.start * what->now.tick_ns;

	return age > 0 ? age : 0;
}

/** "2 of its 48 threads are busy", where several threads say more than the first does. */
static bool tell_busy(const struct what *what, FILE *out)
{
	size_t busy = what_busy(what), all = what->threads.count;

	if (all < 2 || !busy || what->facts.stat.state == 'T' || what->facts.stat.state == 't')
		return false;
	fprintf(out, "%zu of its %zu threads %s busy.", busy, all, busy == 1 ? "is" : "are");
	return true;
}

static void tell_origin(struct what *what, FILE *out)
{
	struct text parent = { 0 };

	if (what->facts.status.has_ids) {
		fputs(" as ", out);
		encode_shown(out, what_user_word(what, user_of(what)));
	}
	if (what->container.name.len) {
		fputs(" in container ", out);
		encode_shown(out, what->container.name);
	}
	if (what->facts.stat.ppid)
		parent = names_comm(what->wish->source, what->facts.stat.ppid, &what->arena);
	if (parent.len) {
		fputs(", started by ", out);
		encode_shown(out, parent);
	}
}

/** A process may have taken its name away: prctl(2), PR_SET_NAME. */
static struct text what_name(struct what *what)
{
	struct text comm = what->facts.stat.comm;

	return comm.len ? arena_format(&what->arena, "%.*s (%u)", (int)comm.len, comm.bytes,
				       what->wish->pid) :
			  arena_format(&what->arena, "process %u", what->wish->pid);
}

/** "shopd 4076" */
static void write_link(FILE *line, struct text comm, unsigned int pid)
{
	encode_shown(line, comm.len ? comm : text_of("process"));
	fprintf(line, " %u", pid);
}

static void tell_sentence(struct what *what, const struct what_doing *doing, FILE *out)
{
	char age[UNITS_MAX];

	encode_shown(out, what_name(what));
	if (what_has_ended(what)) {
		putc(' ', out);
		encode_shown(out, doing->phrase);
		putc('.', out);
		return;
	}
	units_duration(age, age_ns(what));
	if (what_is_kernel_thread(what)) {
		fprintf(out, " is a kernel thread and has run for %s. It ", age);
	} else {
		fprintf(out, " has run for %s", age);
		tell_origin(what, out);
		fputs(". ", out);
		if (tell_busy(what, out))
			return;
		fputs("It ", out);
	}
	encode_shown(out, doing->phrase);
	putc('.', out);
}

static void tell_facts(struct what *what)
{
	struct page *page = what->page;
	char state[2] = { what->facts.stat.state, 0 };

	page_number(page, "pid", what->wish->pid);
	page_text(page, "comm", what->facts.stat.comm);
	page_word(page, "state", state);
	page_flag(page, "kernel_thread", what_is_kernel_thread(what));
	page_time(page, "started", boottime_moment(&what->now, what->facts.stat.start));
	page_real(page, "elapsed_seconds", (double)age_ns(what) / 1e9);
	if (what->facts.status.has_ids) {
		page_number(page, "uid", what->facts.status.uid[1]);
		page_text(page, "user", user_of(what));
		page_number(page, "real_uid", what->facts.status.uid[0]);
		page_number(page, "saved_uid", what->facts.status.uid[2]);
	} else {
		page_null(page, "uid");
		page_null(page, "user");
		page_null(page, "real_uid");
		page_null(page, "saved_uid");
	}
	page_number(page, "session", (uint64_t)what->facts.stat.session);
	page_number(page, "group", (uint64_t)what->facts.stat.pgrp);
}

void what_tell_headline(struct what *what, const struct what_doing *doing)
{
	page_section(what->page, "process");
	tell_facts(what);
	tell_sentence(what, doing, page_headline(what->page));
}

/** Blanks between the words of it; what holds one itself stands in quotes, as a shell would want it. */
static void write_command(struct what *what, FILE *out)
{
	struct text rest = what->facts.cmdline, word;
	const char *before = "";
	size_t written = 0;

	while (text_next(&rest, 0, &word)) {
		fputs(before, out);
		before = " ";
		if (written + word.len > COMMAND_SHOWN) {
			encode_shown(out, text_first(word, COMMAND_SHOWN - written));
			fprintf(out, " %s and %zu bytes more", page_utf8(what->page) ? "…" : "...",
				word.len - (COMMAND_SHOWN - written) + rest.len);
			return;
		}
		encode_shown(out, word);
		written += word.len + 1;
		if (written > COMMAND_SHOWN)
			written = COMMAND_SHOWN;
	}
}

static struct texts words_of(struct what *what, struct text text)
{
	struct text rest = text, word, *items;
	size_t count = 0;

	while (text_next(&rest, 0, &word))
		count++;
	items = arena_zero(&what->arena, count + 1, sizeof(*items));
	count = 0;
	while (text_next(&text, 0, &word))
		items[count++] = word;
	return (struct texts){ items, count };
}

static void tell_cmdline(struct what *what)
{
	int rc = what->facts.rcs[PROCESS_CMDLINE];

	if (rc || what_has_ended(what)) {
		page_null(what->page, "arguments");
		if (rc && rc != -ENODATA)
			what_gap(what, "command", rc);
		return;
	}
	FILE *line = page_line(what->page, "command");
	if (what->facts.cmdline.len)
		write_command(what, line);
	else
		fputs("none that can be read", line);
	page_texts(what->page, "arguments", words_of(what, what->facts.cmdline));
}

static void tell_link(struct what *what, const char *key, const char *label, int rc,
		      struct text link)
{
	if (rc) {
		if (label)
			what_gap(what, label, rc);
		else
			what_miss(what, key, rc);
		page_null(what->page, key);
		return;
	}
	if (label)
		encode_shown(page_line(what->page, label), link);
	page_text(what->page, key, link);
}

/** Argument 0 may say anything; what runs says the kernel. */
static void tell_executable(struct what *what)
{
	struct text rest = what->facts.cmdline, word = { 0 };
	int rc = what->facts.rcs[PROCESS_EXE];

	text_next(&rest, 0, &word);
	bool said = rc || text_equal(word, what->facts.exe);
	tell_link(what, "executable", said ? NULL : "runs", rc, what->facts.exe);
}

static bool read_parent(const struct what *what, unsigned int pid, char *buffer,
			struct pidstat *ret)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(what->wish->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir >= 0 && pidstat_read(dir, buffer, ret) == 0;
}

struct ancestor {
	unsigned int pid;
	struct text comm;
};

/** From its parent up. How many. */
static size_t list_parents(struct what *what, struct ancestor ancestors[PARENTS_MAX])
{
	unsigned int pid = what->facts.stat.ppid;
	size_t count = 0;

	while (pid && count < PARENTS_MAX) {
		char buffer[PIDSTAT_MAX];
		struct pidstat stat;

		if (!read_parent(what, pid, buffer, &stat))
			break;
		ancestors[count++] = (struct ancestor){ pid, arena_text(&what->arena, stat.comm) };
		pid = stat.ppid;
	}
	return count;
}

static void tell_parents(struct what *what)
{
	const char *arrow = page_utf8(what->page) ? " → " : " -> ";
	struct ancestor ancestors[PARENTS_MAX];
	size_t count = list_parents(what, ancestors);
	FILE *line = page_line(what->page, "parents");

	page_open(what->page, "parents", '[');
	for (size_t i = count; i-- > 0;) {
		write_link(line, ancestors[i].comm, ancestors[i].pid);
		fputs(arrow, line);
		page_open(what->page, NULL, '{');
		page_number(what->page, "pid", ancestors[i].pid);
		page_text(what->page, "comm", ancestors[i].comm);
		page_close(what->page);
	}
	page_close(what->page);
	write_link(line, what->facts.stat.comm, what->wish->pid);
	page_words(what->page);
}

void what_tell_command(struct what *what)
{
	page_section(what->page, "command");
	tell_cmdline(what);
	if (!what_is_kernel_thread(what) && !what_has_ended(what)) {
		tell_executable(what);
		tell_link(what, "directory", "directory", what->facts.rcs[PROCESS_CWD],
			  what->facts.cwd);
	}
	tell_parents(what);
}
