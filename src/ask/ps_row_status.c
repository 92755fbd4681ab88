/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The columns that are in /proc/PID/status: memory, signals, rights.
 */
#include "ask/ps_telling.h"
#include "ask/ps_words.h"
#include "kernel/signals.h"

/* clang-format off */
/** Columns that are a line of /proc/PID/status as it is. */
static const struct {
	enum process_column column;
	enum pidstatus_line line;
} status_numbers[] = {
	{ PROCESS_COLUMN_VPEAK,        PIDSTATUS_VM_PEAK },
	{ PROCESS_COLUMN_PEAK,         PIDSTATUS_VM_HWM },
	{ PROCESS_COLUMN_ANON,         PIDSTATUS_RSS_ANON },
	{ PROCESS_COLUMN_FILE,         PIDSTATUS_RSS_FILE },
	{ PROCESS_COLUMN_SHMEM,        PIDSTATUS_RSS_SHMEM },
	{ PROCESS_COLUMN_SWAP,         PIDSTATUS_VM_SWAP },
	{ PROCESS_COLUMN_DATA,         PIDSTATUS_VM_DATA },
	{ PROCESS_COLUMN_STACK,        PIDSTATUS_VM_STK },
	{ PROCESS_COLUMN_CODE,         PIDSTATUS_VM_EXE },
	{ PROCESS_COLUMN_LIB,          PIDSTATUS_VM_LIB },
	{ PROCESS_COLUMN_PAGETABLES,   PIDSTATUS_VM_PTE },
	{ PROCESS_COLUMN_LOCKED,       PIDSTATUS_VM_LCK },
	{ PROCESS_COLUMN_PINNED,       PIDSTATUS_VM_PIN },
	{ PROCESS_COLUMN_VOLUNTARY,    PIDSTATUS_VOLUNTARY },
	{ PROCESS_COLUMN_NONVOLUNTARY, PIDSTATUS_NONVOLUNTARY },
	{ PROCESS_COLUMN_UMASK,        PIDSTATUS_UMASK },
};

/** Columns that are a mask of it, bit by bit. */
static const struct {
	enum process_column column;
	enum pidstatus_line line;
} status_masks[] = {
	{ PROCESS_COLUMN_BLOCKED,     PIDSTATUS_SIG_BLOCKED },
	{ PROCESS_COLUMN_IGNORED,     PIDSTATUS_SIG_IGNORED },
	{ PROCESS_COLUMN_CAUGHT,      PIDSTATUS_SIG_CAUGHT },
	{ PROCESS_COLUMN_CAPS,        PIDSTATUS_CAP_EFFECTIVE },
	{ PROCESS_COLUMN_PERMITTED,   PIDSTATUS_CAP_PERMITTED },
	{ PROCESS_COLUMN_INHERITABLE, PIDSTATUS_CAP_INHERITABLE },
	{ PROCESS_COLUMN_AMBIENT,     PIDSTATUS_CAP_AMBIENT },
	{ PROCESS_COLUMN_BOUNDING,    PIDSTATUS_CAP_BOUNDING },
};
/* clang-format on */

static void tell_masks(const struct telling *telling)
{
	const struct pidstatus *status = &telling->facts->status;
	struct ps_ask *ask = telling->ask;

	if (is_shown(telling, PROCESS_COLUMN_PENDING))
		tell_names(telling, PROCESS_COLUMN_PENDING,
			   signals_list(ask->arena, pidstatus_pending(status)));
	for (size_t i = 0; i < sizeof(status_masks) / sizeof(status_masks[0]); i++) {
		enum pidstatus_line line = status_masks[i].line;

		if (!pidstatus_has(status, line) || !is_shown(telling, status_masks[i].column))
			continue;
		tell_names(telling, status_masks[i].column,
			   line < PIDSTATUS_CAP_INHERITABLE ?
				   signals_list(ask->arena, status->number[line]) :
				   ps_capabilities(ask->arena, status->number[line],
						   ask->for_people));
	}
}

static void tell_rights(const struct telling *telling)
{
	static const char *const modes[] = { "off", "strict", "filter" };
	const struct pidstatus *status = &telling->facts->status;
	uint64_t mode = status->number[PIDSTATUS_SECCOMP];

	if (pidstatus_has(status, PIDSTATUS_SECCOMP) && mode < sizeof(modes) / sizeof(modes[0]))
		tell_text(telling, PROCESS_COLUMN_SECCOMP, text_of(modes[mode]));
	if (pidstatus_has(status, PIDSTATUS_NO_NEW_PRIVS))
		tell_text(telling, PROCESS_COLUMN_NO_NEW_PRIVS,
			  text_of(status->number[PIDSTATUS_NO_NEW_PRIVS] ? "yes" : "no"));
	if (pidstatus_tracer(status))
		tell_number(telling, PROCESS_COLUMN_TRACER, pidstatus_tracer(status));
	if (status->has_ids) {
		tell_number(telling, PROCESS_COLUMN_RUID, status->uid[0]);
		tell_number(telling, PROCESS_COLUMN_SUID, status->uid[2]);
		tell_number(telling, PROCESS_COLUMN_RGID, status->gid[0]);
	}
	if (needs(telling, PROCESS_NEED_GROUP))
		tell_names(telling, PROCESS_COLUMN_GROUPS,
			   ps_groups(telling->ask->arena, telling->ask->people, status->groups));
}

void ps_tell_status(const struct telling *telling)
{
	const struct pidstatus *status = &telling->facts->status;

	if (!has(telling, PROCESS_STATUS))
		return;
	for (size_t i = 0; i < sizeof(status_numbers) / sizeof(status_numbers[0]); i++) {
		if (pidstatus_has(status, status_numbers[i].line))
			tell_number(telling, status_numbers[i].column,
				    status->number[status_numbers[i].line]);
	}
	tell_text(telling, PROCESS_COLUMN_CPUS, copy(telling, status->cpus));
	if (status->nspid.len)
		tell_names(telling, PROCESS_COLUMN_NSPID,
			   ps_list(telling->ask->arena, status->nspid, '\t'));
	tell_masks(telling);
	tell_rights(telling);
}
