/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What there is, and how it is used: all of it from the command table.
 */
#pragma once
#include "cmd/command.h"

/** `procowl` alone: the commands by need, and whether deleted files are held now. An exit status. */
int help_overview(const char *called);

/** `procowl COMMAND --help`. */
void help_command(const struct command *command, FILE *out);
