/* SPDX-License-Identifier: GPL-2.0-or-later */
/** What fdinfo says of every kind, its locks, and the kind itself: nothing beyond the text, and in bounds. */
#include "model/kind.h"

#include <errno.h>

#include "ask/locks.h"
#include "fuzz.h"
#include "kernel/anonfd.h"
#include "kernel/bpfobject.h"
#include "kernel/epoll.h"
#include "kernel/fdline.h"
#include "kernel/filelock.h"
#include "kernel/marks.h"

static void parse_small(struct text text)
{
	struct timerfd timer = { .ticks = 42 };
	struct userfaultfd fault;
	struct eventfd event;
	struct pidfd pidfd;
	struct uring ring;
	uint64_t mask;
	int rc = timerfd_parse(text, &timer);

	must(rc == 0 || rc == -EINVAL);
	must(rc ? timer.ticks == 42 : timer.value_ns >= 0 && timer.interval_ns >= 0);
	must(rc || timer.clock >= 0);
	rc = uring_parse(text, &ring);
	must(rc == 0 || rc == -EINVAL);
	must(rc || ring.submitted <= ring.entries);
	rc = pidfd_parse(text, &pidfd);
	must(rc || (pidfd.state == PIDFD_KNOWN) == (pidfd.pid != 0));
	rc = eventfd_parse(text, &event);
	must(rc == 0 || rc == -EINVAL);
	rc = userfaultfd_parse(text, &fault);
	must(rc == 0 || rc == -EINVAL);
	rc = signalfd_parse(text, &mask);
	must(rc == 0 || rc == -EINVAL);
}

static void parse_watches(struct text text)
{
	struct text rest = text;
	struct epoll_watch watch;
	struct mark mark;

	while (epoll_next(&rest, &watch))
		must(watch.has_file || (!watch.ino && !watch.dev));
	must(rest.len == 0);
	rest = text;
	while (marks_next(&rest, &mark)) {
		uint32_t mask = mark.mask, last = 0;

		must(mark.handle.len <= MARK_HANDLE_MAX);
		must(mark.fanotify || mark.object == MARK_INODE);
		while (marks_event(&mask))
			must(mask != mark.mask && last++ < 32);
	}
	must(rest.len == 0);
}

static void parse_locks(struct text text)
{
	struct arena arena;
	struct filelock lock;
	struct text rest = text;
	size_t count = 0;

	for (; filelock_next(&rest, &lock); count++)
		must(filelock_word(lock.type) != NULL);
	arena_init(&arena);
	struct text line = locks_text(text, &arena);
	must((line.len == 0) == (count == 0));
	must(!line.len || !memchr(line.bytes, '\n', line.len));
	arena_end(&arena);
}

static void parse_bpf(struct text text)
{
	struct bpf_object object = { .id = 42 };
	int rc = bpf_parse(text, &object);

	must(rc == 0 || rc == -EINVAL);
	must(rc == 0 || object.id == 42);
}

static void name_kind(struct text link)
{
	struct text word, type;
	uint64_t number;

	for (unsigned int mode = 0; mode <= 0170000; mode += 010000) {
		word = kind_word(link, mode, mode & 020000);
		must(word.len <= link.len || word.len <= 11);
		word = kind_word(link, mode | 0600, false);
		must(word.len <= link.len || word.len <= 11);
	}
	if (kind_namespace(link, &type, &number)) {
		must_lie_in(type, link);
		must(text_is(kind_word(link, 0, false), "namespace"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = fuzz_text(data, size), special = fdline_special(text);

	must_lie_in(special, text);
	must(special.len == 0 || special.bytes + special.len == text.bytes + text.len);
	parse_small(text);
	parse_watches(text);
	parse_locks(text);
	parse_bpf(text);
	name_kind(text);
	return 0;
}
