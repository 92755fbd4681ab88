/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/socket_iterator.h"

#include <errno.h>

void socket_iterator_run(const struct wire_socket_wants *wants, struct job *job,
			 struct iterator_answer *ret)
{
	(void)wants;
	(void)job;
	*ret = (struct iterator_answer){ 0 };
	ret->rc = error_set(&ret->reason, -EOPNOTSUPP, "procowl was built without it");
}
