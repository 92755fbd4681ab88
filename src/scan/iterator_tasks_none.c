/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator_tasks.h"

#include <errno.h>

int iterator_load_tasks(bool of_threads, int64_t *load_ns, struct error *reason)
{
	(void)of_threads;
	*load_ns += 0; /* nothing was loaded */
	return error_set(reason, -EOPNOTSUPP, "procowl was built without it");
}

int iterator_read_tasks(int program, struct text *ret)
{
	(void)program;
	(void)ret;
	return -EOPNOTSUPP;
}
