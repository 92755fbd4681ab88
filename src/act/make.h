/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The steps of a recovery that make a new file: open the old one, clone it or copy it, and publish.
 * What becomes of it is told in `work->out`.
 */
#pragma once
#include "act/publish.h"
#include "act/recover.h"

/** One recovery under way. */
struct work {
	const struct recovering *context;
	struct recovered *out;
	struct held held;
	struct place place;
	struct draft draft;
	int64_t atime_ns;
	bool assumed; /**< we act as the owner of the directory */
};

/** Open the held file to be read; a refusal when that is not allowed. */
bool make_readable(struct work *work);

/** Clone or copy what was opened, to the place. */
void make_anew(struct work *work);

/** To standard output: nothing is published, so nothing needs a place. */
void make_stream(struct work *work);
