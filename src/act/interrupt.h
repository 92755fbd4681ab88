/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Signals while files are written: SIGINT and SIGTERM ask to stop, so that nothing is left behind;
 * SIGHUP is no reason to stop, a copy outlives its terminal. The state is the kernel's, not ours:
 * the signals are blocked and looked for.
 */
#pragma once
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct interrupt {
	sigset_t before; /**< the mask to go back to */
	struct sigaction limit_before;
	bool asked;
	unsigned int *beats;   /**< counted up at each look, for who watches over us; or NULL */
	bool pardon;           /**< the next one is let pass */
	int64_t deaf_until_ns; /**< what comes before is the same one again */
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

/**
 * It was understood: asked again, it means the next one. timeout(1) and terminals may send the same one
 * twice: what comes at once is not another.
 */
void interrupt_forget(struct interrupt *interrupt);

/** The next one comes too late to be meant: it is let pass, and only the one after it counts. */
void interrupt_pardon(struct interrupt *interrupt);

/** A descriptor that poll(2) finds readable once somebody asks to stop; or -errno. signalfd(2). */
int interrupt_fd(void);

void interrupt_end(struct interrupt *interrupt);
