/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What recover shows beside the sentences about a single file: what there is to choose from, where else
 * a path is known, and the table of many.
 */
#pragma once
#include "ask/deleted.h"
#include "cmd/command.h"

/** All that one call of the command works on. */
struct session {
	struct invocation *invocation;
	struct inquiry inquiry;
	struct outcome outcome;
	struct deleted_files files;
	struct recovering recovering;
	struct interrupt interrupt;
	struct arena arena;
	struct recovered *results;
	size_t count; /**< results that there are */
	enum status status;
};

/** The worst wins: 130 before 4, 4 before 5; what could not be found counts as it says. */
void recover_worsen(struct session *session, enum status status);

/** True when standard output is for the file itself. */
bool recover_is_stream(const struct session *session);

/** A table of candidates or of matches, to choose from; beside the file if that is streamed. */
void recover_show_choice(struct session *session);

/** Without a target: what could be had. */
enum status recover_show_candidates(struct session *session);

/** True when `wish` is known only inside containers; says where. Then none is acted on. */
bool recover_show_elsewhere(const struct session *session, const struct wish *wish);

/** The table of all that were recovered. */
void recover_show_results(struct session *session);
