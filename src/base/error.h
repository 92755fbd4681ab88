/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What went wrong, in words a person can act on: lower case, names the thing and the way out.
 * Further lines, each begun by a newline, say what state things are in and what to do.
 */
#pragma once

struct error {
	char message[20480]; /**< a path may take four bytes for each of its own */
};

/** Set the message; always returns `rc`, so that a caller can `return error_set(...)`. */
int error_set(struct error *err, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** Append to the message, for lines that follow the first. */
void error_add(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
