/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What an open file is called and what it is: kind, path, detail, the other end.
 */
#pragma once
#include "ask/files.h"

struct files_name {
	struct text kind;
	struct text path; /**< empty: it has none */
	struct text detail;
	struct text name; /**< the path, or the detail; for people with the other end */
	struct text locks;
	struct texts peers;
};

/** Say it of file `index`. Texts lie in `ask->arena` or in what it was found in. */
void files_name(struct files_ask *ask, const struct files_process *process, size_t index,
		struct files_name *ret);
