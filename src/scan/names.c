/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/names.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/processes.h"

struct naming {
	char pattern[NAME_MAX + 1];
	struct arena *arena; /**< the numbers found grow in it */
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

static bool is_program(const struct naming *naming, struct text exe)
{
	if (text_ends(exe, " (deleted)") &&
	    matches(naming->pattern, text_basename(text_first(exe, exe.len - 10))))
		return true;
	return matches(naming->pattern, text_basename(exe));
}

static void found(void *context, const struct process_facts *facts)
{
	const struct naming *naming = context;
	struct text line = facts->cmdline, word = { 0 };

	if (facts->rc)
		return;
	if (facts_have(facts, PROCESS_CMDLINE))
		text_next(&line, '\0', &word);
	if (matches(naming->pattern, facts->stat.comm) ||
	    (facts_have(facts, PROCESS_EXE) && is_program(naming, facts->exe)) ||
	    matches(naming->pattern, text_basename(word)))
		obstack_grow(&naming->arena->stack, &facts->pid, sizeof(facts->pid));
}

int names_find(const struct source *source, struct text name, struct arena *arena,
	       unsigned int **ret, size_t *count)
{
	struct naming naming = { .arena = arena };
	struct processes_look look = { .needs = PROCESS_NEED(PROCESS_EXE) |
						PROCESS_NEED(PROCESS_CMDLINE),
				       .found = found,
				       .context = &naming };
	struct tally tally = { 0 };
	struct error err;

	snprintf(naming.pattern, sizeof(naming.pattern), "%.*s", (int)name.len, name.bytes);
	int rc = processes_look(source, &look, &tally, &err);
	*count = obstack_object_size(&arena->stack) / sizeof(unsigned int);
	*ret = obstack_finish(&arena->stack);
	return rc;
}

bool names_exists(const struct source *source, unsigned int pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%u", pid);
	/* hidepid=1 shows that there is somebody, and nothing else: proc(5). */
	return pid && (faccessat(source->proc, path, F_OK, 0) == 0 || errno == EPERM);
}

bool names_is_denied(const struct source *source, unsigned int pid)
{
	char path[32], ignored[1];

	snprintf(path, sizeof(path), "%u/fd", pid);
	scope_fd fd = openat(source->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM;
	/* Some let root list their descriptors, and read not one. */
	snprintf(path, sizeof(path), "%u/cwd", pid);
	return readlinkat(source->proc, path, ignored, sizeof(ignored)) < 0 &&
	       (errno == EACCES || errno == EPERM);
}

struct text names_comm(const struct source *source, unsigned int pid, struct arena *arena)
{
	char path[32], bytes[64];

	snprintf(path, sizeof(path), "%u/comm", pid);
	ssize_t len = procfile_read_record(source->proc, path, bytes, sizeof(bytes));
	return arena_text(arena,
			  without_newline((struct text){ bytes, len > 0 ? (size_t)len : 0 }));
}
