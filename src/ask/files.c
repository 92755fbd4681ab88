/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/files.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/unmatched.h"
#include "scan/containers.h"

/** So many processes are asked about their sockets alone. */
enum { PROCESSES_FEW = 16 };

enum { RANKS = 7 };

/** First where it stands and what it runs, then descriptors, then what it maps. */
static unsigned int rank(enum use use)
{
	static const unsigned int ranks[RANKS] = {
		[USE_CWD] = 0,  [USE_ROOT] = 1, [USE_EXE] = 2, [USE_FD] = 3,
		[USE_RING] = 4, [USE_MAP] = 5,  [USE_LOOP] = 6
	};

	return ranks[use];
}

static int by_rank(const void *left, const void *right)
{
	const struct open_file *a = *(const struct open_file *const *)left;
	const struct open_file *b = *(const struct open_file *const *)right;
	unsigned int x = rank(a->handle.use), y = rank(b->handle.use);

	if (x != y)
		return x < y ? -1 : 1;
	if (a->handle.tid != b->handle.tid)
		return a->handle.tid < b->handle.tid ? -1 : 1;
	/* As they were found: by number, mappings by address. */
	return a < b ? -1 : 1;
}

/** They come as they were read, links behind descriptors, mostly of one table: so qsort has rarely to. */
static void sort(const struct open_file **files, size_t count, struct arena *arena)
{
	const struct open_file **unsorted = arena_zero(arena, count, sizeof(*unsorted));
	size_t places[RANKS + 1] = { 0 };

	for (size_t i = 0; i < count; i++) {
		unsorted[i] = files[i];
		places[rank(files[i]->handle.use) + 1]++;
	}
	for (size_t i = 1; i < RANKS; i++)
		places[i] += places[i - 1];
	for (size_t i = 0; i < count; i++)
		files[places[rank(unsorted[i]->handle.use)]++] = unsorted[i];
	for (size_t i = 1; i < count; i++) {
		if (by_rank(&files[i - 1], &files[i]) > 0) {
			qsort(files, count, sizeof(*files), by_rank);
			return;
		}
	}
}

static bool select_files(struct files_ask *ask, struct files_process *out)
{
	const struct process *process = out->process;

	out->files = arena_zero(ask->arena, process->count, sizeof(*out->files));
	for (size_t i = 0; i < process->count; i++) {
		if (meant_has(&ask->meant, process, &process->files[i]))
			out->files[out->count++] = &process->files[i];
	}
	sort(out->files, out->count, ask->arena);
	return out->count > 0;
}

static bool is_recoverable(const struct open_file *file, const struct fate *fate,
			   const struct queue *queue)
{
	return fate->class != CLASS_LIVE && !class_is_quiet(fate->class) &&
	       fate->class != CLASS_STALE && !file->inode_rc && S_ISREG(file->inode.mode) && !queue;
}

static void count(struct files_ask *ask, const struct files_process *process)
{
	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = process->files[i];

		ask->descriptors += file->handle.use == USE_FD;
		ask->mapped += file->handle.use == USE_MAP;
		if (!is_recoverable(file, &process->fates[i], process->queues[i]))
			continue;
		if (!ask->deleted++)
			ask->deleted_at = file->handle;
	}
	if (!ask->processes++)
		ask->comm = arena_text(&ask->kept, process->process->comm);
	ask->pid = process->process->pid;
}

static int push(struct files_ask *ask, const struct files_process *process)
{
	for (size_t i = 0; i < process->count; i++) {
		struct file row, *kept = &row;

		if (sink_keeps(ask->inquiry->sink))
			kept = arena_zero(ask->arena, 1, sizeof(*kept));
		files_row(ask, process, i, kept);
		if (ask->rc)
			return ask->rc;
		ask->outcome->rows++;
		if (!sink_push(ask->inquiry->sink, kept))
			return -ECANCELED;
	}
	return 0;
}

/** What its details speak of are other descriptors of the same process, or files there. */
static bool speaks_of_others(const struct process *process)
{
	for (size_t i = 0; i < process->count; i++) {
		struct text link = process->files[i].link;

		if (text_is(link, "anon_inode:[eventpoll]") ||
		    text_is(link, "anon_inode:inotify") || text_is(link, "anon_inode:[fanotify]"))
			return true;
	}
	return false;
}

struct surroundings {
	struct arena *arena;
	struct process process;
};

static void found_around(void *context, const struct process *process)
{
	struct surroundings *around = context;
	struct open_file *files = arena_zero(around->arena, process->count, sizeof(*files));

	for (size_t i = 0; i < process->count; i++) {
		files[i] = process->files[i];
		files[i].link = arena_text(around->arena, files[i].link);
	}
	around->process = (struct process){ .files = files, .count = process->count };
}

/** Where only some of a process was looked at, the rest, as far as a detail may speak of it. */
static int look_around(struct files_ask *ask, struct files_process *out)
{
	const struct source *source = ask->inquiry->source;
	struct surroundings *around = arena_zero(ask->arena, 1, sizeof(*around));
	struct tally tally = { 0 };
	struct look look = { .filter = LOOK_ALL,
			     .needs = LOOK_MAPPED | LOOK_NAMED_IDENTITY,
			     .pids = &out->process->pid,
			     .pid_count = 1,
			     .found = found_around,
			     .context = around };

	around->arena = ask->arena;
	neighbours_begin(&out->neighbours, out->process, true, ask->arena);
	if (!ask->partial || !(ask->needs & FILE_NEED_DETAIL) || !speaks_of_others(out->process))
		return 0;
	int rc = source->look(source, &look, &tally, ask->err);
	neighbours_begin(&out->neighbours, &around->process, true, ask->arena);
	return rc;
}

/** What the rows refer to must live as long as they do. */
static void keep_texts(struct files_ask *ask, struct files_process *out, struct process *copy)
{
	struct open_file *files;

	if (!sink_keeps(ask->inquiry->sink))
		return;
	files = arena_zero(ask->arena, copy->count, sizeof(*files));
	for (size_t i = 0; i < copy->count; i++) {
		files[i] = copy->files[i];
		files[i].link = arena_text(ask->arena, files[i].link);
		files[i].fdinfo = arena_text(ask->arena, files[i].fdinfo);
	}
	copy->files = files;
	copy->comm = arena_text(ask->arena, copy->comm);
	out->process = copy;
}

static int name_container(struct files_ask *ask, struct files_process *out)
{
	struct container container;
	int rc = containers_find(ask->inquiry->source, &out->process->pid, 1, ask->arena,
				 &container);

	if (!rc)
		out->container = container.name;
	return rc ? error_set(ask->err, rc, "cannot start a helper process: %s", strerror(-rc)) : 0;
}

static void found(void *context, const struct process *process)
{
	struct files_ask *ask = context;
	struct process copy = *process;
	struct files_process out = { .process = process };

	if (ask->rc)
		return;
	keep_texts(ask, &out, &copy);
	if (select_files(ask, &out)) {
		ask->rc = files_decide_fates(ask, &out);
		if (!ask->rc)
			ask->rc = files_read_aside(ask, &out);
		if (!ask->rc)
			ask->rc = look_around(ask, &out);
		if (!ask->rc && (ask->needs & FILE_NEED_CONTAINER))
			ask->rc = name_container(ask, &out);
		if (!ask->rc) {
			count(ask, &out);
			ask->rc = push(ask, &out);
		}
	}
	ask->enough = ask->rc != 0;
	if (!sink_keeps(ask->inquiry->sink))
		arena_reset(ask->arena);
}

static unsigned int look_needs(const struct files_ask *ask)
{
	static const struct {
		uint64_t need;
		unsigned int look;
	} table[] = {
		{ FILE_NEED_IDENTITY, LOOK_IDENTITY }, { FILE_NEED_ACCESS, LOOK_ACCESS },
		{ FILE_NEED_STATE, LOOK_STATE },       { FILE_NEED_DETAIL, LOOK_DETAILS },
		{ FILE_NEED_LOCKS, LOOK_LOCKS },       { FILE_NEED_OWNER, LOOK_OWNER },
		{ FILE_NEED_FLAGS, LOOK_FLAGS },       { FILE_NEED_NAMED, LOOK_NAMED_IDENTITY },
		{ FILE_NEED_DISK, LOOK_DISK },
	};
	unsigned int needs = LOOK_MAPPED | meant_needs(&ask->meant);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		needs |= ask->needs & table[i].need ? table[i].look : 0;
	if (ask->inquiry->in_short)
		needs |= LOOK_MAPPED_DELETED;
	return needs;
}

static bool all_are_handles(const struct scope *scope)
{
	for (size_t i = 0; i < scope->count; i++) {
		if (scope->wishes[i].kind != TARGET_HANDLE)
			return false;
	}
	return scope->count > 0;
}

/** Only what may be among the rows that are wanted. Whom a target means is decided for all he has. */
static void narrow_look(struct files_ask *ask, const struct scope *scope, struct look *look)
{
	const struct narrow *narrow = ask->inquiry->narrow;

	if (!narrow || scope->count)
		return;
	if (narrow->by_place) {
		look->filter = LOOK_ONE;
		look->one = narrow->place;
	} else {
		look->sorts = narrow->sorts;
		look->number = narrow->inode;
	}
	/* Neither a pipe nor an eventfd can be mapped. */
	if (look->sorts && !(look->sorts & ~(unsigned int)(LOOK_SORT_PIPE | LOOK_SORT_EVENTFD)))
		look->needs &= ~(unsigned int)LOOK_MAPPED;
	if (look->number)
		look->needs |= LOOK_IDENTITY;
	ask->partial = look->filter == LOOK_ONE || look_is_narrow(look);
}

static int look_at_peers(struct files_ask *ask, const struct scope *scope)
{
	const struct source *source = ask->inquiry->source;

	/* Those of all are looked for with the first row that has any: often there is none. */
	if (!(ask->needs & FILE_NEED_PEERS) || !ask->few_processes)
		return 0;
	return peers_look_opposite(source, scope->pids, scope->pid_count, ask->sockets, &ask->peers,
				   ask->err);
}

static int look(struct files_ask *ask, struct scope *scope)
{
	const struct source *source = ask->inquiry->source;
	int rc = meant_begin(ask->inquiry, scope, ask->mounts, &ask->kept, &ask->meant, ask->err);

	if (rc)
		return rc;
	ask->only_handles = all_are_handles(scope);
	ask->few_processes = scope->pids && scope->pid_count <= PROCESSES_FEW;
	if (ask->needs & FILE_NEED_KIND)
		ask->sockets = sockets_begin(source, ask->few_processes ? 0 : SOCKETS_ALL);
	rc = look_at_peers(ask, scope);
	if (rc)
		return rc;
	struct look look = { .filter = LOOK_ALL,
			     .needs = look_needs(ask),
			     .pids = scope->pids,
			     .pid_count = scope->pid_count,
			     .found = found,
			     .context = ask,
			     .enough = &ask->enough };
	narrow_look(ask, scope, &look);
	rc = source->look(source, &look, &ask->outcome->tally, ask->err);
	meant_end(&ask->meant, ask->outcome);
	if (rc)
		return rc;
	/* That no more rows are wanted is no failure. */
	return ask->rc == -ECANCELED ? 0 : ask->rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct arena rows;
	struct scope scope;
	struct files_ask ask = { .inquiry = inquiry,
				 .outcome = outcome,
				 .needs = sink_needs(inquiry->sink),
				 .for_people = sink_format(inquiry->sink) == FORMAT_TEXT,
				 .arrows = sink_format(inquiry->sink) != FORMAT_TEXT ||
					   sink_style(inquiry->sink).utf8,
				 .arena = &rows,
				 .err = err };
	int rc = mounts_begin(inquiry->source, &ask.mounts);

	/* A name that a person reads says who is at the other end. */
	if (ask.for_people && (ask.needs & FILE_NEED_DETAIL))
		ask.needs |= FILE_NEED_PEERS | FILE_NEED_ACCESS;

	if (rc)
		return error_set(err, rc, "cannot read the mounts: %s", strerror(-rc));
	arena_init(&ask.kept);
	arena_init(&rows);
	rc = scope_begin(inquiry, ask.mounts, outcome, &scope, err);
	if (!rc)
		rc = look(&ask, &scope);
	if (!rc) {
		unmatched_explain(inquiry, &scope, outcome);
		files_tell(&ask);
	}
	sink_finish(inquiry->sink);
	scope_end(&scope);
	peers_end(ask.peers);
	if (ask.sockets) {
		outcome->namespaces_unread = sockets_unread(ask.sockets);
		sockets_end(ask.sockets);
	}
	mounts_end(ask.mounts);
	arena_end(&rows);
	arena_end(&ask.kept);
	return rc;
}

const struct question question_files = {
	.name = "files",
	.asks = "what is open? every kind, decoded",
	.table = &file_table,
	.words_are_processes = true,
	.ports_are_sockets = true,
	.loops_are_devices = true,
	.ask = ask,
};
