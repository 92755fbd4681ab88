/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/what.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

const char *what_reason(int rc)
{
	switch (-rc) {
	case EACCES:
	case EPERM:
		return geteuid() == 0 ? "it has rights that procowl has not" :
					"not yours; run as root";
	case ETIMEDOUT:
		return "it did not answer: its memory is being waited for";
	case ENOENT:
	case ESRCH:
		return "it has none";
	default:
		return strerror(-rc);
	}
}

static const char *reason_of(const struct what *what, int rc)
{
	bool led = what->tid && what->tid != what->wish->pid && (rc == -ENOENT || rc == -ESRCH);

	return led ? "its first thread has ended" : what_reason(rc);
}

void what_miss(struct what *what, const char *label, int rc)
{
	memory_grow(&what->gap_items, what->gaps.count, sizeof(*what->gap_items));
	what->gap_items[what->gaps.count++] =
		arena_format(&what->arena, "%s: %s", label, reason_of(what, rc));
	what->gaps.items = what->gap_items;
}

void what_gap(struct what *what, const char *label, int rc)
{
	fprintf(page_line(what->page, label), "? (%s)", reason_of(what, rc));
	what_miss(what, label, rc);
}

bool what_number(const struct what *what, enum pidstatus_line line, uint64_t *ret)
{
	*ret = what->facts.status.number[line];
	return !what->facts.rcs[PROCESS_STATUS] && pidstatus_has(&what->facts.status, line);
}

/** Kernel threads have neither memory nor files, and rights that mean nothing. */
static void tell_kernel_thread(struct what *what, const struct what_doing *doing)
{
	what_tell_command(what);
	page_gap(what->page);
	what_tell_doing(what, doing);
	what_tell_cpu(what);
	page_gap(what->page);
	what_tell_processors(what);
}

static void tell_process(struct what *what, const struct what_doing *doing)
{
	what_tell_command(what);
	page_gap(what->page);
	what_tell_doing(what, doing);
	what_tell_cpu(what);
	what_tell_memory(what);
	what_tell_disk(what);
	page_gap(what->page);
	what_tell_streams(what);
	page_gap(what->page);
	what_tell_files(what, doing);
	what_tell_sockets(what);
	page_gap(what->page);
	what_tell_threads(what);
	what_tell_processors(what);
	what_tell_groups(what);
	what_tell_rights(what);
	what_tell_signals(what);
	what_tell_limits(what);
	what_tell_place(what);
	what_tell_environment(what);
}

/** What is left of one that has ended. */
static void tell_zombie(struct what *what, const struct what_doing *doing)
{
	what_tell_command(what);
	page_gap(what->page);
	what_tell_doing(what, doing);
	what_tell_cpu(what);
	page_gap(what->page);
	what_tell_groups(what);
	what_tell_signals(what);
}

static void tell(struct what *what)
{
	struct what_doing doing;

	what_doing(what, &doing);
	what_tell_headline(what, &doing);
	if (what_is_kernel_thread(what))
		tell_kernel_thread(what, &doing);
	else if (what_has_ended(what))
		tell_zombie(what, &doing);
	else
		tell_process(what, &doing);
	page_section(what->page, "gaps");
	page_texts(what->page, "sections", what->gaps);
}

int what_ask(const struct what_wish *wish, struct page *page, struct error *err)
{
	struct what what = { .wish = wish, .page = page, .dir = -1 };
	int rc = what_gather(&what, err);

	if (!rc)
		tell(&what);
	what_end(&what);
	return rc;
}
