/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator.h"

#include <errno.h>

int iterator_try(enum iterator which, struct error *reason)
{
	(void)which;
	return error_set(reason, -EOPNOTSUPP, "procowl was built without it");
}

void iterator_run(const struct iterator_wants *wants, struct job *job, struct iterator_answer *ret)
{
	(void)wants;
	(void)job;
	*ret = (struct iterator_answer){ 0 };
	ret->rc = iterator_try(ITERATOR_MAPPINGS, &ret->reason);
}

int iterator_begin_tables(const struct iterator_wants *wants, struct iterator_tables *ret,
			  struct error *reason)
{
	(void)wants;
	*ret = (struct iterator_tables){ .link = -1 };
	return iterator_try(ITERATOR_DESCRIPTORS, reason);
}

void iterator_end_tables(struct iterator_tables *tables)
{
	(void)tables;
}

int iterator_walk_tables(const struct iterator_tables *tables, unsigned int reader, struct job *job,
			 struct text *ret)
{
	(void)tables;
	(void)reader;
	(void)job;
	(void)ret;
	return -EOPNOTSUPP;
}

int iterator_load_table(unsigned int tells, int64_t *load_ns, struct error *reason)
{
	(void)tells;
	*load_ns += 0; /* nothing was loaded */
	return iterator_try(ITERATOR_TABLE, reason);
}

int iterator_read_table(int program, unsigned int pid, struct job *job, struct text *ret)
{
	(void)program;
	(void)pid;
	(void)job;
	(void)ret;
	return -EOPNOTSUPP;
}
