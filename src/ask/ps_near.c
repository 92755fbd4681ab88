/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ps_near.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <uthash.h>

#include "kernel/boottime.h"
#include "show/units.h"

/** Tasks of one real user: what RLIMIT_NPROC limits. */
struct tasks_of {
	uint32_t uid;
	uint64_t count;
	UT_hash_handle hh;
};

/** One thing that is limited. */
struct quota {
	uint64_t used, allowed; /**< LIMITS_NONE: not limited */
	const char *what;
	bool bytes;
};

static void found(void *context, const struct process_facts *facts)
{
	struct ps_near *near = context;
	struct tasks_of *user;

	if (facts->rc || !facts_have(facts, PROCESS_STATUS) || !facts->status.has_ids)
		return;
	HASH_FIND(hh, near->users, &facts->status.uid[0], sizeof(uint32_t), user);
	if (!user) {
		user = arena_zero(&near->arena, 1, sizeof(*user));
		user->uid = facts->status.uid[0];
		HASH_ADD(hh, near->users, uid, sizeof(uint32_t), user);
	}
	user->count += facts->stat.threads;
}

void ps_near_begin(const struct source *source, struct ps_near *near)
{
	near->source = source;
	arena_init(&near->arena);
}

/** All processes are looked at, once: then it is known how many tasks each user has. */
static void count_tasks(struct ps_near *near)
{
	struct error err;
	struct processes_look look = { .needs = PROCESS_NEED(PROCESS_STATUS),
				       .found = found,
				       .context = near };
	struct tally tally = { 0 };

	if (!near->counted)
		near->failed = processes_look(near->source, &look, &tally, &err) != 0;
	near->counted = true;
}

void ps_near_end(struct ps_near *near)
{
	HASH_CLEAR(hh, near->users);
	if (near->source)
		arena_end(&near->arena);
}

static bool has_capability(const struct process_facts *facts, unsigned int capability)
{
	return facts->status.number[PIDSTATUS_CAP_EFFECTIVE] >> capability & 1;
}

/** Neither root nor these are held by RLIMIT_NPROC: copy_process of kernel/fork.c. */
static uint64_t tasks_of_user(struct ps_near *near, const struct process_facts *facts)
{
	struct tasks_of *user;

	if (!near->source || facts->status.uid[0] == 0 ||
	    facts->limits.soft[RLIMIT_NPROC] == LIMITS_NONE ||
	    has_capability(facts, CAP_SYS_RESOURCE) || has_capability(facts, CAP_SYS_ADMIN))
		return 0;
	count_tasks(near);
	HASH_FIND(hh, near->users, &facts->status.uid[0], sizeof(uint32_t), user);
	return user && !near->failed ? user->count : 0;
}

static uint64_t locked_bytes(const struct process_facts *facts)
{
	return has_capability(facts, CAP_IPC_LOCK) ? 0 : facts->status.number[PIDSTATUS_VM_LCK];
}

static uint64_t cpu_seconds(const struct process_facts *facts)
{
	return (facts->stat.utime + facts->stat.stime) / (uint64_t)sysconf(_SC_CLK_TCK);
}

static bool is_nearer(const struct quota *use, const struct quota *than)
{
	if (use->allowed == LIMITS_NONE || !use->used)
		return false;
	/* Nothing allowed, and yet used: the limit came later. */
	if (!use->allowed || !than->what)
		return true;
	return (double)use->used / (double)use->allowed >
	       (double)than->used / (double)than->allowed;
}

static void describe(const struct quota *use, struct arena *arena, struct nearest *ret)
{
	char used[UNITS_MAX], allowed[UNITS_MAX];

	if (use->bytes) {
		units_size(used, use->used);
		units_size(allowed, use->allowed);
	} else {
		snprintf(used, sizeof(used), "%" PRIu64, use->used);
		snprintf(allowed, sizeof(allowed), "%" PRIu64, use->allowed);
	}
	ret->words = arena_format(arena, "%s of %s %s", used, allowed, use->what);
	ret->thousandths = use->allowed ?
				   (uint64_t)((double)use->used * 100000 / (double)use->allowed) :
				   100000;
}

bool ps_near_find(struct ps_near *near, const struct process_facts *facts, struct arena *arena,
		  struct nearest *ret)
{
	if (!facts_have(facts, PROCESS_LIMITS) || !facts_have(facts, PROCESS_STATUS))
		return false;
	const uint64_t *soft = facts->limits.soft, *memory = facts->status.number;
	const struct quota uses[] = {
		{ facts->fds, soft[RLIMIT_NOFILE], "descriptors", false },
		{ tasks_of_user(near, facts), soft[RLIMIT_NPROC], "processes of its user", false },
		{ locked_bytes(facts), soft[RLIMIT_MEMLOCK], "locked memory", true },
		{ facts->status.queued, soft[RLIMIT_SIGPENDING], "queued signals", false },
		{ memory[PIDSTATUS_VM_SIZE], soft[RLIMIT_AS], "address space", true },
		{ memory[PIDSTATUS_VM_DATA], soft[RLIMIT_DATA], "data", true },
		{ memory[PIDSTATUS_VM_STK], soft[RLIMIT_STACK], "stack", true },
		{ cpu_seconds(facts), soft[RLIMIT_CPU], "seconds of CPU", false },
	};
	struct quota nearest = { .what = NULL };

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (i == 0 && !facts_have(facts, PROCESS_FDS))
			continue;
		if (is_nearer(&uses[i], &nearest))
			nearest = uses[i];
		if (nearest.what && !nearest.allowed)
			break;
	}
	if (!nearest.what)
		return false;
	describe(&nearest, arena, ret);
	return true;
}
