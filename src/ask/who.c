/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who uses this file, directory, mount, device or port? One row a process, with how. The question behind
 * it is what must stop before it can be unmounted, bound or replaced.
 */
#include "ask/who.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/meant.h"
#include "ask/unmatched.h"
#include "model/usage.h"
#include "scan/containers.h"

struct asking {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct sink *sink;
	uint64_t needs;
	struct meant meant;
	struct arena arena; /**< of all rows: a table keeps them */
};

/** "cwd", "exe", "map"; a descriptor with what it may be used for: "3w". */
static struct text use_of(struct arena *arena, const struct open_file *file)
{
	static const char *const words[] = {
		[USE_CWD] = "cwd", [USE_ROOT] = "root", [USE_EXE] = "exe",
		[USE_MAP] = "map", [USE_RING] = "ring", [USE_LOOP] = "loop"
	};

	if (file->handle.use != USE_FD)
		return text_of(words[file->handle.use]);
	return arena_format(arena, "%u%s%s", file->handle.fd, file->readable ? "r" : "",
			    file->writable ? "w" : "");
}

static bool has_use(const struct texts *uses, struct text use)
{
	for (size_t i = 0; i < uses->count; i++) {
		if (text_equal(uses->items[i], use))
			return true;
	}
	return false;
}

/** Each way once: two mappings are one "map", as two threads' working directories are one "cwd". */
static void add_use(struct text *items, struct texts *uses, struct text use)
{
	if (has_use(uses, use))
		return;
	items[uses->count++] = use;
}

static void tell_owner(struct asking *asking, const struct process *process, struct usage *row)
{
	if (!process->uid_known) {
		facts_deny(&row->facts, USAGE_UID);
		facts_deny(&row->facts, USAGE_USER);
		return;
	}
	row->uid = process->uid;
	facts_know(&row->facts, USAGE_UID);
	if (!(asking->needs & USAGE_NEED_USER))
		return;
	const struct passwd *user = getpwuid(process->uid);
	row->user = user ? arena_text(&asking->arena, text_of(user->pw_name)) :
			   arena_format(&asking->arena, "%u", process->uid);
	facts_know(&row->facts, USAGE_USER);
}

static void tell_container(struct asking *asking, unsigned int pid, struct usage *row)
{
	struct container container;

	if (!(asking->needs & USAGE_NEED_CONTAINER) ||
	    containers_find(asking->inquiry->source, &pid, 1, &asking->arena, &container))
		return;
	row->container = container.name;
	if (row->container.len)
		facts_know(&row->facts, USAGE_CONTAINER);
}

static void push(struct asking *asking, const struct process *process, struct texts uses,
		 struct texts handles)
{
	struct usage *row = arena_zero(&asking->arena, 1, sizeof(*row));

	row->pid = process->pid;
	row->command = arena_text(&asking->arena, process->comm);
	row->uses = uses;
	row->handles = handles;
	facts_know(&row->facts, USAGE_PID);
	facts_know(&row->facts, USAGE_COMMAND);
	facts_know(&row->facts, USAGE_USES);
	facts_know(&row->facts, USAGE_HANDLES);
	tell_owner(asking, process, row);
	tell_container(asking, process->pid, row);
	asking->outcome->rows++;
	sink_push(asking->sink, row);
}

static void found(void *context, const struct process *process)
{
	struct asking *asking = context;
	struct arena *arena = &asking->arena;
	struct text *uses = NULL, *handles = NULL;
	struct texts used = { 0 };
	size_t count = 0;
	bool locked = false;

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		if (!meant_has(&asking->meant, process, file))
			continue;
		if (!uses) {
			uses = arena_zero(arena, process->count + 1, sizeof(*uses));
			handles = arena_zero(arena, process->count, sizeof(*handles));
			used.items = uses;
		}
		add_use(uses, &used, use_of(arena, file));
		handles[count++] = handle_text(arena, &file->handle);
		locked |= file->locked;
	}
	if (!count)
		return;
	if (locked)
		add_use(uses, &used, text_of("lock"));
	push(asking, process, used, (struct texts){ handles, count });
}

/** One file, and nothing else: then the kernel's tables can be compared with that alone. */
static bool is_one_file(const struct scope *scope)
{
	const struct wish *wish = &scope->wishes[0];

	return scope->count == 1 && wish->kind != TARGET_PORT && !wish->found.rc &&
	       !wish->found.is_directory && !S_ISBLK(meant_inode(wish)->mode) &&
	       !S_ISSOCK(meant_inode(wish)->mode);
}

static struct look look_for(struct asking *asking)
{
	struct look look = { .filter = LOOK_ALL, .found = found, .context = asking };
	const struct scope *scope = asking->meant.scope;

	look.needs = LOOK_IDENTITY | LOOK_ACCESS | LOOK_MAPPED;
	if (is_one_file(scope)) {
		look.filter = LOOK_INODE;
		look.inode = *meant_inode(&scope->wishes[0]);
		look.path = scope->wishes[0].rest;
	}
	uint64_t *inos;
	if (meant_only_sockets(&asking->meant, &asking->arena, &inos, &look.ino_count)) {
		look.filter = LOOK_SOCKETS;
		look.inos = inos;
		look.needs = LOOK_ACCESS;
	}
	if (asking->needs & USAGE_NEED_OWNER)
		look.needs |= LOOK_OWNER;
	return look;
}

static int look(struct asking *asking, struct scope *scope, struct mounts *mounts,
		struct error *err)
{
	const struct inquiry *inquiry = asking->inquiry;
	int rc = meant_begin(inquiry, scope, mounts, &asking->arena, &asking->meant, err);

	if (rc)
		return rc;
	struct look look = look_for(asking);
	rc = inquiry->source->look(inquiry->source, &look, &asking->outcome->tally, err);
	meant_end(&asking->meant, asking->outcome);
	if (rc)
		return rc;
	unmatched_explain(inquiry, scope, asking->outcome);
	who_tell(inquiry, scope, asking->outcome);
	sink_finish(asking->sink);
	return 0;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct asking asking = { .inquiry = inquiry,
				 .outcome = outcome,
				 .sink = inquiry->sink,
				 .needs = sink_needs(inquiry->sink) };
	struct mounts *mounts;
	struct scope scope;
	int rc = mounts_begin(inquiry->source, &mounts);

	if (rc)
		return error_set(err, rc, "cannot read the mounts: %s", strerror(-rc));
	arena_init(&asking.arena);
	rc = scope_begin(inquiry, mounts, outcome, &scope, err);
	if (!rc)
		rc = look(&asking, &scope, mounts, err);
	sink_finish(inquiry->sink);
	scope_end(&scope);
	arena_end(&asking.arena);
	mounts_end(mounts);
	return rc;
}

const struct question question_who = {
	.name = "who",
	.asks = "who uses this file, directory, mount, device or port?",
	.table = &usage_table,
	.ports_are_sockets = true,
	.ask = ask,
};
