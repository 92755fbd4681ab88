/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Pseudo-terminals and who is behind them: pty(7).
 */
#pragma once
#include <stdbool.h>

enum { TERMINAL_OWN_MAX = 4 };

/** The numbers of the pseudo-terminals (N of /dev/pts/N) we talk through; how many. */
unsigned int terminal_own(unsigned int ret[TERMINAL_OWN_MAX]);

/**
 * True when the process whose /proc directory is `procfd` has the other end of terminal `number`
 * open: `tty-index` in the fdinfo of its /dev/ptmx descriptors (drivers/tty/pty.c, Linux 4.14). In
 * another instance of devpts the same number may be another terminal's: then it is true, too.
 */
bool terminal_is_behind(int procfd, unsigned int number);

enum { TERMINAL_NAME_MAX = 64 };

/**
 * The name of a terminal as /proc/PID/stat packs it (new_encode_dev of include/linux/kdev_t.h), below
 * /dev: "pts/3", "tty1", "ttyS0"; "MAJOR:MINOR" where nobody knows it. Returns `buffer`.
 */
const char *terminal_name(char buffer[TERMINAL_NAME_MAX], unsigned int packed);
