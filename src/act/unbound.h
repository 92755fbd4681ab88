/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Why a deleted file could not be got at, in words; the same for all that acts. What held_bind returns
 * is told apart by who has it: a process, a loop device, a slot of an io_uring.
 */
#pragma once
#include "act/held.h"
#include "base/error.h"

struct unbound {
	const struct deleted_file *file;
	const struct handle *handle; /**< by which it was tried */
	struct arena *arena;
	const char *program; /**< as in struct inquiry */
	const char *line;
	const char *state; /**< what state things are in: "Nothing was written." */
};

/** The whole message for `rc` of held_bind, not 0. */
void unbound_explain(const struct unbound *unbound, int rc, struct error *err);
