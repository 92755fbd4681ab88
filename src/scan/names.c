/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/names.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/processes.h"
#include "scan/worker.h"

struct naming {
	struct source source;
	char pattern[NAME_MAX + 1];
	const unsigned int *pids;
	bool *named; /**< by index */
	size_t count;
};

static bool matches(const char *pattern, struct text name)
{
	char copy[NAME_MAX + 1];

	if (!name.len || name.len > NAME_MAX)
		return false;
	memcpy(copy, name.bytes, name.len);
	copy[name.len] = 0;
	return fnmatch(pattern, copy, 0) == 0;
}

static struct text without_newline(struct text text)
{
	return text_ends(text, "\n") ? text_first(text, text.len - 1) : text;
}

static bool has_name(const struct naming *naming, unsigned int pid)
{
	char path[32], bytes[PATH_MAX + 1];
	struct text link;

	if (!naming->source.foreign && pid == (unsigned int)getpid())
		return false;
	snprintf(path, sizeof(path), "%u/comm", pid);
	ssize_t len = procfile_read(naming->source.proc, path, bytes, sizeof(bytes));
	if (len < 0)
		return false;
	if (matches(naming->pattern, without_newline((struct text){ bytes, (size_t)len })))
		return true;
	snprintf(path, sizeof(path), "%u/exe", pid);
	if (procfile_link(naming->source.proc, path, bytes, sizeof(bytes), &link) == 0) {
		if (text_ends(link, " (deleted)") &&
		    matches(naming->pattern, text_basename(text_first(link, link.len - 10))))
			return true;
		if (matches(naming->pattern, text_basename(link)))
			return true;
	}
	return false;
}

static void work(const void *context, struct job *job)
{
	const struct naming *naming = context;
	bool *result = arena_zero(&job->arena, 1, sizeof(*result));

	*result = has_name(naming, naming->pids[job->index]);
	job->result = result;
}

static void consume(void *context, size_t index, const struct job *job)
{
	const struct naming *naming = context;

	naming->named[index] = job && *(const bool *)job->result;
}

static int by_number(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void found(void *context, const struct process_facts *facts)
{
	const struct naming *naming = context;
	struct text line = facts->cmdline, word;

	if (!facts_have(facts, PROCESS_CMDLINE) || !text_next(&line, '\0', &word) ||
	    !matches(naming->pattern, text_basename(word)))
		return;
	const unsigned int *at =
		bsearch(&facts->pid, naming->pids, naming->count, sizeof(*naming->pids), by_number);
	if (at)
		naming->named[at - naming->pids] = true;
}

/** Last: the command line lies in the process's own memory, which may never answer. */
static int look_at_command_lines(const struct source *source, struct naming *naming,
				 struct arena *arena)
{
	unsigned int *pids = arena_zero(arena, naming->count + 1, sizeof(*pids));
	struct processes_look look = { .needs = PROCESS_NEED(PROCESS_CMDLINE),
				       .pids = pids,
				       .found = found,
				       .context = naming };
	struct tally tally = { 0 };
	struct error err;

	for (size_t i = 0; i < naming->count; i++) {
		if (!naming->named[i] &&
		    (source->foreign || naming->pids[i] != (unsigned int)getpid()))
			pids[look.pid_count++] = naming->pids[i];
	}
	return processes_look(source, &look, &tally, &err);
}

int names_find(const struct source *source, struct text name, struct arena *arena,
	       unsigned int **ret, size_t *count)
{
	scope_fd dir = openat(source->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct arena scratch;
	unsigned int *pids;
	size_t all;

	if (dir < 0)
		return -errno;
	arena_init(&scratch);
	int rc = procfile_numbers(dir, &scratch, &pids, &all);
	if (rc == 0) {
		struct naming naming = { .source = *source,
					 .pids = pids,
					 .named = arena_zero(&scratch, all + 1, sizeof(bool)),
					 .count = all };

		snprintf(naming.pattern, sizeof(naming.pattern), "%.*s", (int)name.len, name.bytes);
		worker_run(&(struct jobs){ all, work, consume, &naming, sizeof(naming) });
		rc = look_at_command_lines(source, &naming, &scratch);
		for (size_t i = 0; i < all; i++) {
			if (naming.named[i])
				obstack_grow(&arena->stack, &pids[i], sizeof(*pids));
		}
		*count = obstack_object_size(&arena->stack) / sizeof(unsigned int);
		*ret = obstack_finish(&arena->stack);
	}
	arena_end(&scratch);
	return rc;
}

bool names_exists(const struct source *source, unsigned int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%u", pid);
	return pid && faccessat(source->proc, path, F_OK, 0) == 0;
}

bool names_is_denied(const struct source *source, unsigned int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%u/fd", pid);
	scope_fd fd = openat(source->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 && (errno == EACCES || errno == EPERM);
}

struct text names_comm(const struct source *source, unsigned int pid, struct arena *arena)
{
	char path[32], bytes[64];

	snprintf(path, sizeof(path), "%u/comm", pid);
	ssize_t len = procfile_read(source->proc, path, bytes, sizeof(bytes));
	return arena_text(arena,
			  without_newline((struct text){ bytes, len > 0 ? (size_t)len : 0 }));
}
