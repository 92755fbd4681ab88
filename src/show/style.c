/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/style.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct style style_of(FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool dumb = !term || strcmp(term, "dumb") == 0;

	return (struct style){
		.colour = isatty(fileno(out)) && !dumb && !(no_color && *no_color),
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	};
}

const char *style_bold(struct style style)
{
	return style.colour ? "\033[1m" : "";
}

const char *style_dim(struct style style)
{
	return style.colour ? "\033[2m" : "";
}

const char *style_red(struct style style)
{
	return style.colour ? "\033[31m" : "";
}

const char *style_yellow(struct style style)
{
	return style.colour ? "\033[33m" : "";
}

const char *style_off(struct style style)
{
	return style.colour ? "\033[0m" : "";
}

unsigned int style_width(FILE *out)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
	return width >= 20 && width <= 1000 ? (unsigned int)width : 80;
}
