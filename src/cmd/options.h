/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The command line: options by glibc's argp, with errors of our own that name the nearest option.
 */
#pragma once
#include "cmd/command.h"

/** Shared by all listings: formats, columns, sorting, --how. */
extern const struct argp_option options_listing[];
/** Those of them that have a meaning without a table: for sql. */
extern const struct argp_option options_query[];
/** The same for recover, where -o and -n mean other things. */
extern const struct argp_option options_acting[];

/** Understand argv[1…] of a command. 0, or -EINVAL and a message. The caller frees `targets`. */
int options_parse(struct invocation *invocation, int argc, char **argv, struct error *err);

/** Take --interval SECONDS, for the commands that have it. 0, or -EINVAL and a message. */
int options_interval(struct invocation *invocation, const char *value, struct error *err);

/** Print the options of a command, aligned. */
void options_print(const struct command *command, FILE *out);

/** Call `each` for every option of a command; for the completions. */
void options_each(const struct command *command,
		  void (*each)(const struct argp_option *option, void *context), void *context);
