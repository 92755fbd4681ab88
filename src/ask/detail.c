/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/detail.h"

#include <stdio.h>
#include <stdlib.h>

#include "kernel/fdline.h"

void detail_write(const struct detailing *detailing, struct text text)
{
	if (text.len)
		fwrite(text.bytes, 1, text.len, detailing->out);
}

/* clang-format off */
static const struct {
	const char *kind;
	void (*write)(const struct detailing *detailing);
} kinds[] = {
	{ "regular",     NULL },
	{ "directory",   NULL },
	{ "pipe",        NULL },
	{ "fifo",        NULL },
	{ "socket",      NULL },
	{ "symlink",     NULL },
	{ "char",        detail_device },
	{ "eventfd",     detail_eventfd },
	{ "epoll",       detail_epoll },
	{ "inotify",     detail_marks },
	{ "fanotify",    detail_marks },
	{ "timerfd",     detail_timerfd },
	{ "signalfd",    detail_signalfd },
	{ "pidfd",       detail_pidfd },
	{ "memfd",       detail_memfd },
	{ "bpf",         detail_bpf },
	{ "io_uring",    detail_uring },
	{ "userfaultfd", detail_userfaultfd },
	{ "namespace",   detail_namespace },
	{ "mqueue",      detail_queue },
};
/* clang-format on */

/** What stands behind the last ':' of a kernel's own name: "3" of "anon_inode:kvm-vcpu:3". */
static void write_number(const struct detailing *detailing, struct text link)
{
	const char *colon = link.len ? memrchr(link.bytes, ':', link.len) : NULL;
	uint64_t number;

	if (!colon)
		return;
	struct text last = text_from(link, (size_t)(colon - link.bytes) + 1);
	if (text_number(last, 10, &number) == 0)
		detail_write(detailing, last);
}

void detail_raw(const struct detailing *detailing)
{
	struct text text = fdline_special(detailing->detailed->fdinfo), key, value;
	const char *before = "";
	size_t written = 0;

	if (!text_starts(detailing->detailed->file->link, "/"))
		write_number(detailing, detailing->detailed->file->link);
	while (fdline_next(&text, &key, &value)) {
		written += key.len + value.len + 3;
		if (written > DETAIL_RAW) {
			fprintf(detailing->out, "%s...", before);
			return;
		}
		fputs(before, detailing->out);
		detail_write(detailing, key);
		fputc('=', detailing->out);
		detail_write(detailing, value);
		before = ", ";
	}
}

/** What writes the detail of this kind; NULL: it has none. */
static void (*writer_of(struct text kind))(const struct detailing *)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (text_is(kind, kinds[i].kind))
			return kinds[i].write;
	}
	return detail_raw;
}

struct text detail_text(const struct detail_context *context, struct neighbours *neighbours,
			const struct detailed *detailed, struct arena *arena)
{
	struct detailing detailing = { context, neighbours, detailed, arena, NULL };
	void (*write)(const struct detailing *) = writer_of(detailed->kind);
	char *bytes = NULL;
	size_t len = 0;

	if (!write)
		return (struct text){ 0 };
	detailing.out = open_memstream(&bytes, &len);
	if (!detailing.out)
		memory_out();
	write(&detailing);
	if (fclose(detailing.out))
		memory_out();
	struct text text = len ? arena_text(arena, (struct text){ bytes, len }) :
				 (struct text){ 0 };
	free(bytes);
	return text;
}
