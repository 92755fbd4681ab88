/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who uses this file, directory, mount, device or port? One row a process, with how. The question behind
 * it is what must stop before it can be unmounted, bound or replaced.
 */
#include "ask/who.h"
#include "ask/person.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/kernel_users.h"
#include "ask/locked.h"
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
	struct who_count count;
	struct locked locked;
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
	row->user = person_user(&asking->arena, process->uid);
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
	asking->count.processes++;
	sink_push(asking->sink, row);
}

static void push_kernel(struct asking *asking, const struct kernel_use *use)
{
	struct usage *row = arena_zero(&asking->arena, 1, sizeof(*row));
	struct text *items = arena_zero(&asking->arena, 2, sizeof(*items));

	asking->count.kernel++;
	asking->count.keeping += use->keeps;
	if (asking->inquiry->pids_only)
		return;
	items[0] = use->word;
	items[1] = use->handle;
	row->command = text_of("kernel");
	row->uses = (struct texts){ items, 1 };
	row->path = use->path;
	row->handles = (struct texts){ items + 1, use->handle.len > 0 };
	facts_know(&row->facts, USAGE_COMMAND);
	facts_know(&row->facts, USAGE_USES);
	facts_know(&row->facts, USAGE_HANDLES);
	if (use->path.len)
		facts_know(&row->facts, USAGE_PATH);
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
		locked = locked || locked_is(&asking->locked, file);
	}
	if (!count)
		return;
	if (locked)
		add_use(uses, &used, text_of("lock"));
	push(asking, process, used, (struct texts){ handles, count });
}

static struct look look_for(struct asking *asking)
{
	struct look look = { .filter = LOOK_ALL, .found = found, .context = asking };
	/* The kernel's tables can be compared with one file alone. */
	const struct wish *one = meant_one_file(&asking->meant);

	look.needs = LOOK_IDENTITY | LOOK_ACCESS | LOOK_MAPPED | LOOK_FLIGHTS | LOOK_IDLE;
	if (one) {
		look.filter = LOOK_INODE;
		look.inode = *meant_inode(one);
		look.path = meant_path(one);
		look.needs = LOOK_SLOTS | LOOK_IDLE;
	}
	if (meant_only_named(&asking->meant))
		look.needs |= LOOK_NAMED;
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

static int find_kernel(struct asking *asking, struct error *err)
{
	struct kernel_users users;
	int rc = kernel_users_find(&asking->meant, &asking->arena, &users, err);

	for (size_t i = 0; i < users.count && !rc; i++)
		push_kernel(asking, &users.items[i]);
	return rc;
}

/** A socket is there, and nobody was seen to have it: the kernel's own, or it was not for us to see. */
static void find_unowned(struct asking *asking)
{
	struct scope *scope = asking->meant.scope;

	for (size_t i = 0; i < scope->count; i++) {
		struct wish *wish = &scope->wishes[i];
		const uint64_t *inos;

		if (wish->matched || !meant_sockets(&asking->meant, i, &inos))
			continue;
		if (!tally_saw_all(&asking->outcome->tally)) {
			who_blame(wish, asking->outcome);
			continue;
		}
		wish->matched++;
		push_kernel(asking,
			    &(struct kernel_use){ .word = text_of("socket"), .keeps = true });
	}
}

/** Nobody was found, but somebody may have it where nobody can look: that is no "nobody". */
static void doubt(struct asking *asking)
{
	const struct tally *tally = &asking->outcome->tally;

	asking->outcome->rows = asking->count.processes + asking->count.kernel;
	if (!asking->outcome->rows)
		asking->outcome->unsure |= tally->in_flight || tally->busy_rings;
	for (size_t i = 0; i < asking->meant.scope->count; i++) {
		const struct wish *wish = &asking->meant.scope->wishes[i];

		asking->outcome->unsure |= wish->by_name && !wish->matched;
	}
}

static int look(struct asking *asking, struct scope *scope, struct mounts *mounts,
		struct error *err)
{
	const struct inquiry *inquiry = asking->inquiry;
	int rc = meant_begin(inquiry, scope, mounts, &asking->arena, &asking->meant, err);

	if (rc) {
		meant_end(&asking->meant, asking->outcome);
		return rc;
	}
	struct look look = look_for(asking);
	if (look.filter == LOOK_ALL)
		locked_begin(inquiry->source, mounts, &asking->arena, &asking->locked);
	rc = inquiry->source->look(inquiry->source, &look, &asking->outcome->tally, err);
	if (!rc)
		rc = find_kernel(asking, err);
	if (!rc)
		find_unowned(asking);
	meant_end(&asking->meant, asking->outcome);
	if (rc)
		return rc;
	doubt(asking);
	unmatched_explain(inquiry, scope, asking->outcome);
	who_tell(inquiry, scope, asking->outcome, &asking->count);
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
	.loops_are_devices = true,
	.ask = ask,
};
