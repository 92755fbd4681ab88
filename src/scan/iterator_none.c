/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator.h"

#include <errno.h>

int iterator_try(enum iterator which, struct error *reason)
{
	(void)which;
	return error_set(reason, -EOPNOTSUPP, "procowl was built without it");
}

int iterator_begin_mappings(const struct iterator_wants *wants, struct iterator_mappings *ret,
			    struct error *reason)
{
	(void)wants;
	*ret = (struct iterator_mappings){ 0 };
	return iterator_try(ITERATOR_MAPPINGS, reason);
}

void iterator_end_mappings(struct iterator_mappings *mappings)
{
	(void)mappings;
}

void iterator_aim_mappings(struct iterator_mappings *mappings, const struct iterator_wants *wants)
{
	(void)mappings;
	(void)wants;
}

int iterator_walk_mappings(const struct iterator_mappings *mappings, struct job *job,
			   struct text *ret)
{
	(void)mappings;
	(void)job;
	(void)ret;
	return -EOPNOTSUPP;
}

void iterator_aim_tables(struct iterator_tables *tables, const struct iterator_wants *wants)
{
	(void)tables;
	(void)wants;
}

int iterator_begin_tables(const struct iterator_wants *wants, struct iterator_tables *ret,
			  struct error *reason)
{
	(void)wants;
	*ret = (struct iterator_tables){ 0 };
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
