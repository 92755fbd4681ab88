/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What recover, hold and reclaim have in common: find the deleted files that are meant, say why a
 * target means none or too many, and end with the worst of the statuses.
 */
#pragma once
#include "act/interrupt.h"
#include "ask/deleted.h"
#include "cmd/command.h"

/** All that one call of the command works on. */
struct acting {
	struct invocation *invocation;
	struct source source;
	struct inquiry inquiry;
	struct outcome outcome;
	struct deleted_files files;
	struct interrupt interrupt;
	struct arena arena;
	enum status status;
	int64_t begun_ns;
};

/**
 * Look, and find what the targets mean. STATUS_ANSWERED, or a status and a message. acting_end frees
 * in either case.
 */
enum status acting_begin(struct acting *acting, struct invocation *invocation, struct error *err);

/** --verbose, and give everything back. The status of it all. */
enum status acting_end(struct acting *acting);

/** The worst wins: 130 before 4, 4 before 5; what could not be found counts as it says. */
void acting_worsen(struct acting *acting, enum status status);

/**
 * Every target that named nothing, or nothing here, gets its sentence, and the status worsens. False
 * when none must be acted on.
 */
bool acting_explain(struct acting *acting);

/** True when a target that should mean one file, such as a name or a process, means several. */
bool acting_is_ambiguous(const struct acting *acting);

/** A table of candidates or of matches on `out`, to choose from. */
void acting_show_choice(struct acting *acting, FILE *out);

/** Without a target: what could be had. */
enum status acting_show_candidates(struct acting *acting, FILE *out);
