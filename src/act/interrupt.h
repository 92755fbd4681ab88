/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Signals while files are written: SIGINT and SIGTERM ask to stop, so that nothing is left behind;
 * SIGHUP is no reason to stop, a copy outlives its terminal. The state is the kernel's, not ours:
 * the signals are blocked and looked for.
 */
#pragma once
#include <signal.h>
#include <stdbool.h>

struct interrupt {
	sigset_t before; /**< the mask to go back to */
	struct sigaction limit_before;
	bool asked;
	unsigned int *beats; /**< counted up at each look, for who watches over us; or NULL */
};

/** Block the signals. interrupt_end unblocks them. */
void interrupt_begin(struct interrupt *interrupt);

/** Nothing has to be cleaned up: let SIGINT and SIGTERM end the program, also while it waits. */
void interrupt_allow(void);

/** From here on they are looked for again. */
void interrupt_defer(void);

/** True once somebody asked to stop. */
bool interrupt_asked(struct interrupt *interrupt);

/** Wait until `fd` has something to read, or its end. False: asked to stop meanwhile. */
bool interrupt_wait(struct interrupt *interrupt, int fd);

void interrupt_end(struct interrupt *interrupt);
