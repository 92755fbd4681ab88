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
