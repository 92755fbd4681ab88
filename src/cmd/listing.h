/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What all listing commands do: open the source, ask the question, print, warn, and say by the exit
 * status how it went.
 */
#pragma once
#include "cmd/command.h"

/** Answer `question` as the invocation wants it. An exit status; a message for STATUS_USAGE. */
enum status listing_run(const struct invocation *invocation, const struct question *question,
			struct error *err);

/** Open the source that was asked for. 0, or -errno and a message. */
int listing_source(const struct invocation *invocation, struct source *ret, struct error *err);

/** Say on standard error what could not be seen: one line each. `rows`: something was found. */
void listing_warn(const struct invocation *invocation, const struct outcome *outcome, bool rows);

/** The exit status that belongs to what came of it. */
enum status listing_status(const struct outcome *outcome);

/** --verbose: which source, how many processes, how long since `begun_ns` (CLOCK_MONOTONIC). On standard error. */
void listing_verbose(const struct source *source, const struct outcome *outcome, int64_t begun_ns);

/** Print the columns of a table: name, type, help. */
void listing_columns(const struct table *table, FILE *out);
