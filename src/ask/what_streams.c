/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where a process's standard streams lead, and its sockets with the other side.
 */
#include <stdlib.h>

#include "ask/what.h"
#include "show/encode.h"
#include "show/units.h"

enum { SOCKETS_SHOWN = 8 };

struct text what_shown(struct what *what, struct text text)
{
	char *bytes = encode_copy(text);
	struct text kept = arena_text(&what->arena, text_of(bytes));

	free(bytes);
	return kept;
}

bool what_is_socket(const struct file *file)
{
	static const char *const kinds[] = { "unix",    "tcp",     "udp",      "raw",   "packet",
					     "netlink", "udplite", "ping",     "mptcp", "vsock",
					     "alg",     "socket",  "sctp",     "dccp",  "can",
					     "tipc",    "xdp",     "bluetooth" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (text_is(file->kind, kinds[i]))
			return true;
	}
	return false;
}

static const char *stream_word(const struct file *file)
{
	static const struct {
		const char *kind, *word;
	} words[] = {
		{ "regular", "a file" }, { "pipe", "a pipe" },           { "fifo", "a fifo" },
		{ "block", "a disk" },   { "directory", "a directory" }, { "memfd", "memory" }
	};

	if (text_is(file->kind, "char") && text_is(file->path, "/dev/null"))
		return "nowhere";
	if (text_is(file->kind, "char") &&
	    (text_starts(file->path, "/dev/pts/") || text_starts(file->path, "/dev/tty") ||
	     text_is(file->path, "/dev/console")))
		return "a terminal";
	if (what_is_socket(file))
		return text_ends(file->name, "/run/systemd/journal/stdout") ? "the journal" :
									      "a socket";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_is(file->kind, words[i].kind))
			return words[i].word;
	}
	return "a device";
}

static struct text stream_name(struct what *what, const struct file *file)
{
	char size[UNITS_MAX];
	struct text name = what_shown(what, file->name);

	if (!text_is(file->kind, "regular") || !what_knows(file, FILE_SIZE))
		return name;
	return arena_format(&what->arena, "%.*s, %s", (int)name.len, name.bytes,
			    page_size_word(what->page, size, file->size));
}

static void tell_stream(struct what *what, const char *label, unsigned int fd)
{
	const struct file *file = what_file(what, fd);

	page_open(what->page, label, '{');
	if (!file) {
		fputs("closed", page_line(what->page, label));
		page_word(what->page, "leads_to", "closed");
	} else {
		struct text cells[] = { text_of(stream_word(file)), stream_name(what, file) };

		page_row(what->page, label, cells, 2);
		page_word(what->page, "leads_to", stream_word(file));
		page_text(what->page, "kind", file->kind);
		page_text(what->page, "name", file->name);
		page_texts(what->page, "peers", file->peers);
	}
	page_close(what->page);
}

void what_tell_streams(struct what *what)
{
	static const char *const labels[] = { "stdin", "stdout", "stderr" };

	page_section(what->page, "streams");
	for (unsigned int fd = 0; fd < 3; fd++) {
		if (!what->files_rc) {
			tell_stream(what, labels[fd], fd);
			continue;
		}
		page_null(what->page, labels[fd]);
		if (fd == 0)
			what_gap(what, "streams", what->files_rc);
	}
}

void what_tell_sockets(struct what *what)
{
	const char *label = "sockets";
	size_t count = 0;

	page_section(what->page, "sockets");
	if (what->files_rc) {
		what_miss(what, "sockets", what->files_rc);
		page_null(what->page, "open");
		return;
	}
	page_apart(what->page);
	page_open(what->page, "open", '[');
	for (size_t i = 0; i < what->file_count; i++) {
		const struct file *file = &what->files[i];
		struct text cells[] = { file->handle, file->kind, what_shown(what, file->name) };

		if (!what_is_socket(file) || !what_knows(file, FILE_FD))
			continue;
		if (count++ < SOCKETS_SHOWN)
			page_row(what->page, label, cells, 3);
		label = "";
		page_open(what->page, NULL, '{');
		page_text(what->page, "handle", file->handle);
		page_text(what->page, "kind", file->kind);
		page_text(what->page, "detail", file->detail);
		page_texts(what->page, "peers", file->peers);
		page_close(what->page);
	}
	page_close(what->page);
	if (count <= SOCKETS_SHOWN)
		return;
	FILE *line = page_line(what->page, "");
	fprintf(line, "%zu more", count - SOCKETS_SHOWN);
	if (page_hints(what->page))
		fprintf(line, "   %s files %u", what->wish->program, what->wish->pid);
}
