/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What recover shows beside the sentences about a single file: the table of many.
 */
#pragma once
#include "cmd/acting.h"

/** All that one call of the command works on. */
struct session {
	struct acting acting;
	struct recovering recovering;
	struct recovered *results;
	size_t count; /**< results that there are */
};

/** True when standard output is for the file itself. */
bool recover_is_stream(const struct session *session);

/** Where tables go: beside the file, if that is streamed. */
FILE *recover_show_out(const struct session *session);

/** The table of all that were recovered. */
void recover_show_results(struct session *session);
