/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "ask/deleted.h"
#include "ask/ports.h"
#include "kernel/procfile.h"
#include "scan/names.h"
#include "show/encode.h"

static void complain_beyond(const struct target *target, struct outcome *outcome)
{
	outcome->no_process = true;
	error_add(&outcome->complaints, "%sprocess %.*s does not exist: no number is so large",
		  *outcome->complaints.message ? "\n" : "", (int)target->text.len,
		  target->text.bytes);
}

static void complain_absent(const struct source *source, struct outcome *outcome, unsigned int pid)
{
	bool hides = source_hides_others(source);

	outcome->no_process |= !hides;
	outcome->hidden_target |= hides;
	error_add(&outcome->complaints,
		  hides ? "%sprocess %u does not exist, or /proc hides it (mount option hidepid); "
			  "run as root" :
			  "%sprocess %u does not exist (any more)",
		  *outcome->complaints.message ? "\n" : "", pid);
}

static void mean_process(const struct inquiry *inquiry, struct scope *scope, struct wish *wish,
			 unsigned int pid, struct outcome *outcome)
{
	wish->pids = arena_zero(&scope->arena, 1, sizeof(*wish->pids));
	wish->pids[0] = pid;
	wish->pid_count = 1;
	if (!names_exists(inquiry->source, pid)) {
		wish->absent = true;
		if (target_is_beyond(wish->target))
			complain_beyond(wish->target, outcome);
		else
			complain_absent(inquiry->source, outcome, pid);
		return;
	}
	if (names_is_denied(inquiry->source, pid))
		outcome->denied_target = true;
}

/** "/proc/PID/root/…" and what lies behind it. */
static bool is_inside(struct text path, unsigned int *pid, struct text *rest)
{
	struct text word;
	uint64_t number;

	if (!text_starts(path, "/proc/"))
		return false;
	path = text_from(path, 6);
	if (!text_next(&path, '/', &word) || text_number(word, 10, &number) || number > INT32_MAX ||
	    !text_next(&path, '/', &word) || !text_is(word, "root"))
		return false;
	*pid = (unsigned int)number;
	/* One byte back: the rest begins with its slash. */
	*rest = path.len ? (struct text){ path.bytes - 1, path.len + 1 } : text_of("/");
	return true;
}

static bool is_path(const struct wish *wish)
{
	return wish->kind == TARGET_PATH || wish->kind == TARGET_WORD;
}

static void mean_directory(struct wish *wish, struct mounts *mounts)
{
	const struct mountinfo *info =
		mounts_find(mounts, wish->inside, wish->found.inode.mnt_id).info;

	if (info && text_equal(info->point, wish->rest))
		wish->filesystem = info;
}

/** "." and ".." and doubled slashes taken out of an absolute path, by the words alone. */
static struct text straighten(struct arena *arena, struct text path)
{
	char *out = arena_zero(arena, path.len + 2, 1);
	size_t len = 0;
	struct text word;

	while (text_next(&path, '/', &word)) {
		if (!word.len || text_is(word, "."))
			continue;
		if (text_is(word, "..")) {
			while (len && out[--len] != '/')
				;
			continue;
		}
		out[len++] = '/';
		memcpy(out + len, word.bytes, word.len);
		len += word.len;
	}
	if (!len)
		out[len++] = '/';
	return (struct text){ out, len };
}

/** Below a mount that does not answer the path is taken as it was typed: what was opened tells its own. */
static bool mean_by_name(const struct inquiry *inquiry, struct wish *wish, struct mounts *mounts,
			 struct arena *arena, struct outcome *outcome)
{
	struct text path = wish->target->text, cwd;
	char buffer[PATH_MAX + 1];

	if (wish->inside || inquiry->source->foreign)
		return false;
	if (!text_starts(path, "/")) {
		if (procfile_link(AT_FDCWD, "/proc/self/cwd", buffer, sizeof(buffer), &cwd))
			return false;
		path = arena_format(arena, "%.*s/%.*s", (int)cwd.len, cwd.bytes, (int)path.len,
				    path.bytes);
	}
	wish->rest = straighten(arena, path);
	const struct mountinfo *info = mounts_find_path(mounts, 0, wish->rest).info;
	if (!info)
		return false;
	wish->by_name = true;
	char *shown = encode_copy(wish->target->text);
	error_add(&outcome->complaints, "%s%s does not answer: told by its name alone",
		  *outcome->complaints.message ? "\n" : "", shown);
	free(shown);
	wish->found = (struct path_found){ .answered = true,
					   .is_directory = true,
					   .inode.mnt_id = info->id };
	mean_directory(wish, mounts);
	return true;
}

/** All paths at once: they share the helper process. */
static int mean_paths(const struct inquiry *inquiry, struct scope *scope, struct mounts *mounts,
		      struct outcome *outcome, struct error *err)
{
	struct path_wish *paths = arena_zero(&scope->arena, scope->count + 1, sizeof(*paths));
	struct path_found *found = arena_zero(&scope->arena, scope->count + 1, sizeof(*found));
	size_t count = 0;

	for (size_t i = 0; i < scope->count; i++) {
		struct wish *wish = &scope->wishes[i];

		if (!is_path(wish))
			continue;
		paths[count].path = wish->target->text;
		if (is_inside(wish->target->text, &wish->inside, &paths[count].path)) {
			paths[count].pid = wish->inside;
			wish->absent = !names_exists(inquiry->source, wish->inside);
			if (wish->absent)
				complain_absent(inquiry->source, outcome, wish->inside);
		}
		count++;
	}
	int rc = paths_resolve(inquiry->source, paths, count, found);
	if (rc)
		return error_set(err, rc, "cannot start a helper process: %s", strerror(-rc));
	for (size_t i = 0, at = 0; i < scope->count; i++) {
		struct wish *wish = &scope->wishes[i];

		if (!is_path(wish))
			continue;
		wish->found = found[at++];
		if (!wish->found.answered && inquiry->loops_are_devices &&
		    mean_by_name(inquiry, wish, mounts, &scope->arena, outcome))
			continue;
		if (!wish->found.answered)
			return error_set(err, -ETIMEDOUT,
					 "%.*s lies on a filesystem that does not answer",
					 (int)wish->target->text.len, wish->target->text.bytes);
		wish->rest = text_of(wish->found.path);
		if (wish->found.is_directory)
			mean_directory(wish, mounts);
	}
	return 0;
}

static int mean(const struct inquiry *inquiry, struct scope *scope, struct wish *wish,
		struct outcome *outcome)
{
	const struct target *target = wish->target;

	switch (wish->kind) {
	case TARGET_HANDLE:
		if (handle_is_process(&target->handle))
			mean_process(inquiry, scope, wish, target->handle.pid, outcome);
		return 0;
	case TARGET_PROCESS:
		mean_process(inquiry, scope, wish, target->pid, outcome);
		return 0;
	case TARGET_NAME:
		return names_find(inquiry->source, target->name, &scope->arena, &wish->pids,
				  &wish->pid_count);
	case TARGET_PORT: /* all at once: see ports_mean */
	case TARGET_PATH:
	case TARGET_WORD: /* a process only when no file is called so: see select_word */
		return 0;
	}
	return 0;
}

static int ascending(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** What file it is, only a look at everybody can tell: the kernel itself has it open. */
static bool is_kernel_held(const struct target *target)
{
	return target->kind == TARGET_HANDLE &&
	       (target->handle.use == USE_LOOP || target->handle.use == USE_RING);
}

/** When only processes are named, nobody else needs to be looked at. */
static void narrow(struct scope *scope)
{
	size_t all = 0, count = 0;

	for (size_t i = 0; i < scope->count; i++) {
		const struct wish *wish = &scope->wishes[i];

		if (is_path(wish) || is_kernel_held(wish->target) ||
		    (wish->kind == TARGET_PORT && scope->ports_are_sockets))
			return;
		all += scope->wishes[i].pid_count;
	}
	if (!scope->count)
		return;
	scope->pids = arena_zero(&scope->arena, all + 1, sizeof(*scope->pids));
	for (size_t i = 0; i < scope->count; i++) {
		for (size_t k = 0; k < scope->wishes[i].pid_count; k++) {
			if (!scope->wishes[i].absent)
				scope->pids[count++] = scope->wishes[i].pids[k];
		}
	}
	qsort(scope->pids, count, sizeof(*scope->pids), ascending);
	for (size_t i = 0; i < count; i++) {
		if (!i || scope->pids[i] != scope->pids[i - 1])
			scope->pids[scope->pid_count++] = scope->pids[i];
	}
}

int scope_begin(const struct inquiry *inquiry, struct mounts *mounts, struct outcome *outcome,
		struct scope *ret, struct error *err)
{
	int rc = 0;

	*ret = (struct scope){ .source = inquiry->source,
			       .count = inquiry->target_count,
			       .all = inquiry->all,
			       .ports_are_sockets = inquiry->ports_are_sockets };
	arena_init(&ret->arena);
	ret->wishes = arena_zero(&ret->arena, ret->count + 1, sizeof(*ret->wishes));
	for (size_t i = 0; i < ret->count && !rc; i++) {
		struct wish *wish = &ret->wishes[i];

		wish->target = &inquiry->targets[i];
		wish->kind = wish->target->kind;
		if (inquiry->loops_are_devices && wish->kind == TARGET_HANDLE &&
		    wish->target->handle.use == USE_LOOP && !wish->target->handle.guarded)
			wish->kind = TARGET_PATH;
		if (wish->kind == TARGET_WORD && inquiry->words_are_processes)
			wish->kind = TARGET_NAME;
		rc = mean(inquiry, ret, wish, outcome);
	}
	if (!rc && !inquiry->ports_are_sockets)
		rc = ports_mean(inquiry, ret, outcome, err);
	if (!rc)
		rc = mean_paths(inquiry, ret, mounts, outcome, err);
	if (!rc)
		narrow(ret);
	return rc;
}

void scope_end(struct scope *scope)
{
	arena_end(&scope->arena);
}

bool scope_names_loop(const struct scope *scope)
{
	for (size_t i = 0; i < scope->count; i++) {
		const struct target *target = scope->wishes[i].target;

		if (target->kind == TARGET_HANDLE && target->handle.use == USE_LOOP)
			return true;
	}
	return false;
}

struct text scope_place(const struct scope *scope)
{
	if (scope->count != 1 || !scope->wishes[0].found.is_directory)
		return (struct text){ 0 };
	return scope->wishes[0].kind == TARGET_PATH ? scope->wishes[0].rest : (struct text){ 0 };
}
