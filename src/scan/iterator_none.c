/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/iterator.h"

#include <errno.h>

int iterator_try(enum iterator which, struct error *reason)
{
	(void)which;
	return error_set(reason, -EOPNOTSUPP, "procowl was built without it");
}

void iterator_run(enum iterator which, const struct iterator_wants *wants, struct job *job,
		  struct iterator_answer *ret)
{
	(void)wants;
	(void)job;
	*ret = (struct iterator_answer){ 0 };
	ret->rc = iterator_try(which, &ret->reason);
}
