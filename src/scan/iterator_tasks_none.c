/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator_tasks.h"

#include <errno.h>

int iterator_begin_tasks(bool of_threads, struct iterator_tasks *ret, struct error *reason)
{
	(void)of_threads;
	ret->program = NULL;
	return error_set(reason, -EOPNOTSUPP, "procowl was built without it");
}

void iterator_end_tasks(struct iterator_tasks *tasks)
{
	tasks->program = NULL;
}

void iterator_share_tasks(const struct iterator_tasks *tasks, unsigned int readers)
{
	(void)tasks;
	(void)readers;
}

int iterator_walk_tasks(const struct iterator_tasks *tasks, unsigned int reader, struct text *ret)
{
	(void)tasks;
	(void)reader;
	(void)ret;
	return -EOPNOTSUPP;
}
