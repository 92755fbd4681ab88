/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The process that keeps descriptors open: this one, or a child that goes on without the terminal. It
 * ends by SIGINT or SIGTERM, and does nothing else.
 */
#pragma once
#include <signal.h>
#include <stdbool.h>

/** The signals this process lets go at. Those that whoever started it had ignored are not among them. */
struct keeper_signals {
	sigset_t set;
	bool by_interrupt; /**< SIGINT is one of them: Ctrl-C lets go */
};

/**
 * Become one that keeps: its name is HOLDING_COMM, its directory is /, and from here on its signals
 * wait for keeper_wait.
 */
void keeper_become(struct keeper_signals *ret);

/** Until one of the signals comes. */
void keeper_wait(const struct keeper_signals *signals);

/** A child that keeps what we had open. */
struct keeper {
	int pid;
	int link; /**< as long as it has not been let out, its end is the child's */
};

/**
 * Make the child, in a session of its own and with /dev/null for standard streams. When this returns it
 * keeps all descriptors from 3 on that we had; but it ends with us until keeper_let_out. 0 or -errno.
 */
int keeper_start(struct keeper *ret);

/**
 * Somebody knows of it now: let it live on its own. Returns when nothing but the descriptors is open in
 * it. 0, or -ESRCH when it is gone.
 */
int keeper_let_out(struct keeper *keeper);

/** It is not wanted after all. */
void keeper_end(struct keeper *keeper);
