/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/consent.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

bool consent_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/** One line; a long one is cut off, and no answer. A newline has been typed, or is made up for. */
static enum consent read_answer(struct interrupt *interrupt, char *line, size_t size)
{
	size_t len = 0;
	char byte = 0;

	while (byte != '\n') {
		if (!interrupt_wait(interrupt, STDIN_FILENO))
			return CONSENT_INTERRUPTED;
		if (read(STDIN_FILENO, &byte, 1) != 1)
			return CONSENT_REFUSED;
		if (byte != '\n' && len + 1 < size)
			line[len++] = byte;
	}
	line[len] = 0;
	return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0 ? CONSENT_GIVEN :
									    CONSENT_REFUSED;
}

enum consent consent_ask(struct interrupt *interrupt, const char *question)
{
	char line[8];

	printf("%s [y/N] ", question);
	fflush(stdout);
	return read_answer(interrupt, line, sizeof(line));
}
