/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, int rc, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(err->message, sizeof(err->message), format, list);
	va_end(list);
	return rc;
}

void error_add(struct error *err, const char *format, ...)
{
	size_t used = strlen(err->message);
	va_list list;

	va_start(list, format);
	vsnprintf(err->message + used, sizeof(err->message) - used, format, list);
	va_end(list);
}
