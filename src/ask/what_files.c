/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process has open, in short: how many of which kind, those that are deleted, the biggest, the one
 * that is under way.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "ask/what.h"
#include "kernel/fdinfo.h"
#include "show/encode.h"
#include "show/units.h"

enum { KINDS_MAX = 64, KINDS_SHOWN = 4, DELETED_SHOWN = 8, WATCHED_MAX = 64 };

static bool is_descriptor(const struct file *file)
{
	return what_knows(file, FILE_FD);
}

static bool is_regular(const struct file *file)
{
	return text_is(file->kind, "regular");
}

struct kind_count {
	struct text kind;
	uint64_t count;
};

static int by_count(const void *left, const void *right)
{
	const struct kind_count *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	size_t len = a->kind.len < b->kind.len ? a->kind.len : b->kind.len;
	return memcmp(a->kind.bytes, b->kind.bytes, len);
}

/** Sockets of all families are one kind here: they are listed below. */
static size_t count_kinds(const struct what *what, struct kind_count kinds[KINDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];
		struct text kind = what_is_socket(file) ? text_of("socket") :
				   file->kind.len       ? file->kind :
							  text_of("unknown");
		size_t at = 0;

		if (!is_descriptor(file))
			continue;
		while (at < count && !text_equal(kinds[at].kind, kind))
			at++;
		if (at == count && count == KINDS_MAX)
			continue;
		if (at == count)
			kinds[count++] = (struct kind_count){ .kind = kind };
		kinds[at].count++;
	}
	if (count)
		qsort(kinds, count, sizeof(*kinds), by_count);
	return count;
}

/** "14 sockets", "9 regular": words of ours that are nouns have a plural. */
static void write_count(FILE *line, const struct kind_count *kind)
{
	bool noun = text_is(kind->kind, "socket") || text_is(kind->kind, "pipe");

	fprintf(line, "%" PRIu64 " ", kind->count);
	encode_shown(line, kind->kind);
	if (noun)
		fputs(units_plural(kind->count), line);
}

/** The kernel's words are plain, but they are not ours. */
static bool is_key(struct text word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (!isalnum((unsigned char)word.bytes[i]) && !strchr("_-.:", word.bytes[i]))
			return false;
	}
	return word.len > 0;
}

static void tell_kinds(struct what *what, FILE *line)
{
	struct kind_count kinds[KINDS_MAX];
	size_t count = count_kinds(what, kinds);
	/* One that is left over takes no more room than "1 other". */
	size_t named = count <= KINDS_SHOWN + 1 ? count : KINDS_SHOWN;
	uint64_t other = 0;

	for (size_t i = 0; i < count; i++) {
		if (i < named) {
			fputs(i ? ", " : ": ", line);
			write_count(line, &kinds[i]);
		} else {
			other += kinds[i].count;
		}
	}
	if (other)
		fprintf(line, ", %" PRIu64 " other", other);
	page_open(what->page, "kinds", '{');
	for (size_t i = 0; i < count; i++) {
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)kinds[i].kind.len, kinds[i].kind.bytes);
		page_number(what->page, is_key(text_of(key)) ? key : "unknown", kinds[i].count);
	}
	page_close(what->page);
}

static uint64_t count_open(const struct what *what)
{
	uint64_t count = 0;

	for (size_t i = 0; i < what->file_count; i++)
		count += is_descriptor(&what->files[i]) && what_is_of_all(what, &what->files[i]);
	return count;
}

uint64_t what_open_files(const struct what *what, bool *known)
{
	*known = !what->files_rc || facts_have(&what->facts, PROCESS_FDS);
	return what->files_rc ? what->facts.fds : count_open(what);
}

static void tell_count(struct what *what, FILE *line)
{
	uint64_t limit = what->facts.limits.soft[RLIMIT_NOFILE];
	bool known;
	uint64_t count = what_open_files(what, &known);

	if (known) {
		fprintf(line, "%" PRIu64 " open", count);
		page_number(what->page, "open", count);
	} else {
		fputs("?", line);
		page_null(what->page, "open");
	}
	if (what->facts.rcs[PROCESS_LIMITS] || limit == LIMITS_NONE) {
		page_null(what->page, "limit");
		return;
	}
	fprintf(line, " of %" PRIu64 " allowed", limit);
	page_number(what->page, "limit", limit);
}

static struct text size_word(struct what *what, const struct file *file)
{
	char size[UNITS_MAX];

	if (!what_knows(file, FILE_SIZE))
		return text_of("-");
	return arena_text(&what->arena, text_of(page_size_word(what->page, size, file->size)));
}

/** "at 73M, reading" */
static struct text progress_word(struct what *what, const struct file *file)
{
	const char *doing = text_is(file->access, "r")  ? "reading" :
			    text_is(file->access, "w")  ? "writing" :
			    text_is(file->access, "rw") ? "reading and writing" :
							  "";
	char at[UNITS_MAX];

	if (!what_knows(file, FILE_POS) || !what_knows(file, FILE_SIZE))
		return text_of("");
	if (file->pos >= file->size && file->size)
		return arena_format(&what->arena, "at its end, %s", doing);
	return arena_format(&what->arena, "at %s, %s", page_size_word(what->page, at, file->pos),
			    doing);
}

static void tell_file(struct what *what, const char *label, const char *key,
		      const struct file *file, struct text remark)
{
	struct page *page = what->page;
	struct text cells[] = { file->handle, size_word(what, file),
				what_shown(what, file->path.len ? file->path : file->name),
				remark };

	if (label)
		page_row(page, label, cells, 4);
	page_open(page, key, '{');
	page_text(page, "handle", file->handle);
	if (what_knows(file, FILE_SIZE))
		page_number(page, "size", file->size);
	else
		page_null(page, "size");
	if (what_knows(file, FILE_POS))
		page_number(page, "pos", file->pos);
	else
		page_null(page, "pos");
	page_text(page, "access", file->access);
	page_text(page, "path", file->path);
	if (file->class.len)
		page_text(page, "class", file->class);
	page_close(page);
}

/** The one that is meant by `key`, or none; without `label` it has a line already. */
static void tell_one(struct what *what, const char *label, const char *key, const struct file *file)
{
	if (file)
		tell_file(what, label, key, file, progress_word(what, file));
	else
		page_null(what->page, key);
}

static bool is_deleted(const struct file *file)
{
	return file->class.len && !text_is(file->class, "tmpfile") &&
	       !text_is(file->class, "memory") && is_regular(file);
}

/** A row each, with the command that recovers it. */
static void tell_deleted(struct what *what)
{
	size_t count = 0;

	page_open(what->page, "deleted", '[');
	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];
		struct text hint = { "", 0 };

		if (!is_deleted(file))
			continue;
		if (page_hints(what->page))
			hint = arena_format(&what->arena, "%s recover %.*s", what->wish->program,
					    (int)file->handle.len, file->handle.bytes);
		tell_file(what, count++ < DELETED_SHOWN ? "   deleted" : NULL, NULL, file, hint);
	}
	page_close(what->page);
	if (count <= DELETED_SHOWN)
		return;
	FILE *line = page_line(what->page, "   deleted");
	fprintf(line, "%zu more", count - DELETED_SHOWN);
	if (page_hints(what->page))
		fprintf(line, "   %s deleted %u", what->wish->program, what->wish->pid);
}

static bool is_larger(const struct file *file, const struct file *than)
{
	return what_knows(file, FILE_SIZE) && file->size && (!than || file->size > than->size);
}

/** The deleted ones have rows of their own. */
static const struct file *find_biggest(const struct what *what)
{
	const struct file *biggest = NULL;

	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];

		if (is_descriptor(file) && is_regular(file) && !is_deleted(file) &&
		    is_larger(file, biggest))
			biggest = file;
	}
	return biggest;
}

/** Where it stands now, a moment after it was looked at. */
static bool has_moved(const struct what *what, const struct file *file)
{
	struct fdinfo info;

	return what_knows(file, FILE_POS) && !what_knows(file, FILE_TID) &&
	       fdinfo_read(what->dir, (unsigned int)file->fd, &info) == 0 && info.pos != file->pos;
}

static bool is_of_call(const struct what_doing *doing, const struct file *file)
{
	return doing->file && doing->moves && text_equal(doing->file->handle, file->handle);
}

/** The one that the call is about, or one that was seen to move. */
static const struct file *find_moving(const struct what *what, const struct what_doing *doing)
{
	size_t watched = 0;

	for (size_t i = 0; i < what->file_count; i++) {
		if (is_regular(&what->files[i]) && is_of_call(doing, &what->files[i]))
			return &what->files[i];
	}
	for (size_t i = 0; i < what->file_count && watched < WATCHED_MAX; i++) {
		const struct file *file = &what->files[i];

		if (!is_descriptor(file) || !is_regular(file) || !what_knows(file, FILE_POS))
			continue;
		watched++;
		if (has_moved(what, file))
			return file;
	}
	return NULL;
}

/** The furthest that is neither at its beginning nor read through: nobody knows if it goes on. */
static const struct file *find_begun(const struct what *what)
{
	const struct file *begun = NULL;

	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];
		bool inside = what_knows(file, FILE_POS) && what_knows(file, FILE_SIZE) &&
			      file->pos && file->pos < file->size;

		if (is_descriptor(file) && is_regular(file) && !is_deleted(file) && inside &&
		    (!begun || file->pos > begun->pos))
			begun = file;
	}
	return begun;
}

void what_tell_files(struct what *what, const struct what_doing *doing)
{
	FILE *line = page_line(what->page, "files");

	page_section(what->page, "files");
	tell_count(what, line);
	if (what->files_rc) {
		fprintf(line, "; which: ? (%s)", what_reason(what->files_rc));
		what_miss(what, "files", what->files_rc);
		page_null(what->page, "kinds");
		static const char *const keys[] = { "deleted", "biggest", "moving", "begun" };

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			page_null(what->page, keys[i]);
		return;
	}
	tell_kinds(what, line);
	tell_deleted(what);
	const struct file *biggest = find_biggest(what), *moving = find_moving(what, doing);
	const struct file *begun = moving ? NULL : find_begun(what);
	tell_one(what, "   biggest", "biggest", biggest);
	tell_one(what, moving == biggest ? NULL : "   moving", "moving", moving);
	tell_one(what, begun == biggest ? NULL : "   begun", "begun", begun);
}
