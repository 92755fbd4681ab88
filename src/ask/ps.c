/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "ask/unmatched.h"
#include "base/scope.h"
#include "scan/names.h"
#include "show/units.h"

/** Above this much in RAM, walking the page tables takes a lock for too long: 8 ms a GiB. */
static const uint64_t ROLLUP_LIMIT = UINT64_C(4) << 30;

static bool is_below(struct text path, struct text cgroup)
{
	return text_equal(path, cgroup) || text_is_below(path, cgroup);
}

static bool is_in_cgroup(const struct ps_wish *wish, const struct process_facts *facts)
{
	struct text path;

	if (!wish->cgroup.len)
		return true;
	return facts_have(facts, PROCESS_CGROUP) && cgroup_path_parse(facts->cgroup, &path) == 0 &&
	       is_below(path, wish->cgroup);
}

static bool is_of_users(const struct ps_wish *wish, const struct process_facts *facts)
{
	for (size_t i = 0; i < wish->user_count; i++) {
		if (facts_have(facts, PROCESS_OWNER) && facts->uid == wish->users[i])
			return true;
	}
	return !wish->user_count;
}

/** "4076/4090" is one thread; all other words mean whole processes. */
static bool is_of_thread(const struct wish *wish)
{
	const struct text *text = &wish->target->text;

	return wish->kind == TARGET_PROCESS && memchr(text->bytes, '/', text->len);
}

static bool means_process(const struct wish *wish, unsigned int pid)
{
	for (size_t i = 0; i < wish->pid_count; i++) {
		if (wish->pids[i] == pid)
			return true;
	}
	return false;
}

/** Where a thread of it was named, only that; unless the process was as well. */
static bool is_thread_meant(struct ps_ask *ask, const struct process_facts *facts)
{
	bool named = false;

	for (size_t i = 0; i < ask->wish.task_count; i++) {
		const struct handle *task = &ask->wish.tasks[i];

		if (task->pid != facts->pid)
			continue;
		ask->tasks_seen[i] |= task->tid == facts->tid;
		if (task->tid == facts->tid)
			return true;
		named = true;
	}
	for (size_t i = 0; named && i < ask->scope->count; i++) {
		const struct wish *wish = &ask->scope->wishes[i];

		if (!is_of_thread(wish) && means_process(wish, facts->pid))
			return true;
	}
	return !named;
}

/** A thread given by its number is an error like a process that is not there. */
static void complain_threads(struct ps_ask *ask)
{
	for (size_t i = 0; i < ask->wish.task_count; i++) {
		const struct handle *task = &ask->wish.tasks[i];

		if (ask->tasks_seen[i] || !names_exists(ask->inquiry->source, task->pid))
			continue;
		ask->outcome->no_process = true;
		error_add(&ask->outcome->complaints, "%sprocess %u has no thread %u (any more)",
			  *ask->outcome->complaints.message ? "\n" : "", task->pid, task->tid);
	}
}

static bool is_near(const struct ps_ask *ask, const struct process_row *row)
{
	return !ask->wish.near || row->limit_used >= PS_NEAR_PERCENT * 1000;
}

static void count(struct ps_ask *ask, const struct process_row *row, bool of_kernel)
{
	struct ps_count *all = &ask->count;

	all->state = row->state.len ? *row->state.bytes : 0;
	if (!all->rows++)
		all->comm = arena_text(&ask->kept, row->comm);
	all->pid = (unsigned int)row->pid;
	all->elapsed_ns = row->elapsed;
	all->of_kernel += of_kernel;
	all->run += all->state == 'R';
	all->disk += all->state == 'D';
	all->stopped += all->state == 'T' || all->state == 't';
	all->zombies += all->state == 'Z';
	if (ask->needs & PROCESS_NEED(PROCESS_NEED_USER) && row->user.len)
		people_count(ask->people, (uint32_t)row->uid);
}

static void push(struct ps_ask *ask, const struct process_row *row, bool of_kernel,
		 unsigned int depth)
{
	count(ask, row, of_kernel);
	ask->outcome->rows++;
	if (!ask->full)
		ask->full = !sink_push_at(ask->inquiry->sink, row, depth);
	ask->enough = ask->full && !sink_head(ask->inquiry->sink);
}

static void push_node(void *context, const struct ps_node *node)
{
	push(context, node->row, node->of_kernel, (unsigned int)node->row->depth);
}

/** Whose child it is: a thread is its process's, the first one stands for that. */
static struct ps_node node_of(const struct process_facts *facts, struct process_row *row,
			      bool meant)
{
	bool is_thread = facts->tid && facts->tid != facts->pid;

	return (struct ps_node){ .row = row,
				 .id = is_thread ? facts->tid : facts->pid,
				 .parent = is_thread ? facts->pid : facts->stat.ppid,
				 .meant = meant,
				 .of_kernel = facts_are_of_kernel(facts) };
}

static int compare_pids(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** With a tree all are looked at, whatever is meant: it may be anywhere in it. */
static bool is_target(const struct ps_ask *ask, const struct process_facts *facts)
{
	const struct scope *scope = ask->scope;

	return !scope->count || bsearch(&facts->pid, scope->pids, scope->pid_count,
					sizeof(*scope->pids), compare_pids);
}

static void found(void *context, const struct process_facts *facts)
{
	struct ps_ask *ask = context;
	struct process_row here, *row = &here;
	bool keeps = sink_keeps(ask->inquiry->sink) || ask->wish.tree;
	bool meant = is_of_users(&ask->wish, facts) && is_in_cgroup(&ask->wish, facts) &&
		     is_target(ask, facts) && is_thread_meant(ask, facts);

	if (facts->rc == -EACCES || facts->rc == -EPERM) {
		ask->outcome->tally.hidden = true;
		ask->outcome->hidden_target |= ask->scope->count > 0;
	}
	/* Those that are not shown any more are still counted for the sentence. */
	if ((ask->full && !sink_head(ask->inquiry->sink)) || (!meant && !ask->wish.tree))
		return;
	if (keeps)
		row = arena_zero(ask->arena, 1, sizeof(*row));
	ps_row(ask, facts, row);
	if (ask->wish.tree) {
		struct ps_node node = node_of(facts, row, meant && is_near(ask, row));

		ps_tree_add(&ask->tree, &node);
	} else if (is_near(ask, row)) {
		push(ask, row, facts_are_of_kernel(facts), 0);
	}
	if (!keeps)
		arena_reset(ask->arena);
}

/** What is wanted beside what the columns need. */
static uint64_t further_needs(const struct ps_ask *ask)
{
	uint64_t needs = 0;

	if (ask->wish.user_count || sink_head(ask->inquiry->sink))
		needs |= PROCESS_NEED(PROCESS_OWNER);
	if (sink_head(ask->inquiry->sink))
		needs |= PROCESS_NEED(PROCESS_NEED_USER);
	if (ask->wish.cgroup.len)
		needs |= PROCESS_NEED(PROCESS_CGROUP);
	if (ask->wish.near)
		needs |= process_table.columns[PROCESS_COLUMN_LIMIT].needs;
	if (ask->needs & PROCESS_NEED(PROCESS_NEED_CONTAINER))
		needs |= PROCESS_NEED(PROCESS_CGROUP) | PROCESS_NEED(PROCESS_NAMESPACES);
	return needs;
}

static void read_own(struct ps_ask *ask)
{
	scope_fd dir = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	ask->container.len = 0;
	if (dir < 0 || !(ask->needs & PROCESS_NEED(PROCESS_NAMESPACES)))
		return;
	namespaces_read(dir, &ask->own);
	cgroup_read(dir, "cgroup", &ask->container);
}

static bool needs_near(const struct ps_ask *ask)
{
	return ask->wish.near || ask->shown[PROCESS_COLUMN_LIMIT] ||
	       ask->shown[PROCESS_COLUMN_LIMIT_USED];
}

static int look(struct ps_ask *ask)
{
	const struct source *source = ask->inquiry->source;
	bool narrow = ask->scope->pids && !ask->wish.tree;
	struct processes_look look = {
		.needs = ask->needs & (PROCESS_NEED(PROCESS_FILE_COUNT) - 1),
		.pids = narrow ? ask->scope->pids : NULL,
		.pid_count = narrow ? ask->scope->pid_count : 0,
		.threads = ask->wish.threads,
		.rollup_limit = ask->wish.any_size ? 0 : ROLLUP_LIMIT,
		.found = found,
		.context = ask,
		.enough = &ask->enough,
	};
	int rc = 0;

	if (needs_near(ask))
		ps_near_begin(source, &ask->near);
	if (ask->wish.interval_ns)
		rc = ps_sample_begin(source, &look, ask->wish.interval_ns, &ask->sample, ask->err);
	ask->boottime = boottime_now();
	if (!rc)
		rc = processes_look(source, &look, &ask->outcome->tally, ask->err);
	if (!rc && ask->wish.tree)
		ps_tree_tell(&ask->tree, ask->inquiry->sink, push_node, ask);
	return rc;
}

/** A process, unlike its files, may be seen by everybody: that it could not be looked into is no loss. */
static int begin(struct ps_ask *ask, struct scope *scope)
{
	int rc = scope_begin(ask->inquiry, NULL, ask->outcome, scope, ask->err);

	ask->outcome->denied_target = false;
	ask->scope = scope;
	ask->tasks_seen = arena_zero(&ask->kept, ask->wish.task_count + 1, sizeof(bool));
	for (size_t i = 0; i < scope->count; i++)
		scope->wishes[i].matched = scope->wishes[i].pid_count;
	for (size_t i = 0; i < process_table.count; i++)
		ask->shown[i] = sink_shows(ask->inquiry->sink, i);
	ask->shown[PROCESS_COLUMN_COMM] |= sink_head(ask->inquiry->sink) != NULL;
	ask->needs |= further_needs(ask);
	read_own(ask);
	return rc;
}

static void warn(const struct ps_ask *ask)
{
	char limit[UNITS_MAX];

	if (ask->too_big)
		error_add(&ask->outcome->complaints,
			  "%s%lu process%s with more than %s in RAM %s not walked (it would hold "
			  "their memory's lock); --any-size does",
			  *ask->outcome->complaints.message ? "\n" : "",
			  (unsigned long)ask->too_big, ask->too_big == 1 ? "" : "es",
			  units_size(limit, ROLLUP_LIMIT), ask->too_big == 1 ? "was" : "were");
}

static void end(struct ps_ask *ask)
{
	HASH_CLEAR(hh, ask->hosts);
	ps_tree_end(&ask->tree);
	ps_sample_end(&ask->sample);
	ps_near_end(&ask->near);
	people_end(ask->people);
	arena_end(&ask->kept);
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct arena rows;
	struct scope scope;
	struct ps_ask ask = { .inquiry = inquiry,
			      .outcome = outcome,
			      .wish = inquiry->ps ? *inquiry->ps : (struct ps_wish){ 0 },
			      .needs = sink_needs(inquiry->sink),
			      .page = (uint64_t)sysconf(_SC_PAGESIZE),
			      .for_people = sink_format(inquiry->sink) == FORMAT_TEXT,
			      .arena = &rows,
			      .people = people_begin(),
			      .err = err };

	arena_init(&rows);
	arena_init(&ask.kept);
	int rc = begin(&ask, &scope);
	if (!rc)
		rc = look(&ask);
	if (!rc) {
		unmatched_explain(inquiry, &scope, outcome);
		outcome->denied_target = false;
		complain_threads(&ask);
		warn(&ask);
		ps_tell(&ask);
	}
	sink_finish(inquiry->sink);
	scope_end(&scope);
	arena_end(&rows);
	end(&ask);
	return rc;
}

const struct question question_ps = {
	.name = "ps",
	.asks = "what runs?",
	.table = &process_table,
	.words_are_processes = true,
	.ask = ask,
};
