/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/tap.h"

#include <errno.h>

int tap_begin(const struct tap_wish *wish, struct tapping **ret, struct error *err)
{
	(void)wish;
	*ret = NULL;
	return error_set(err, -EOPNOTSUPP,
			 "tap needs BPF, and procowl was built without it; by hand, and slowly: "
			 "strace -f -e trace=write -e write=1,2 -p PID");
}

size_t tap_drain(struct tapping *tapping, struct pieces *pieces)
{
	(void)tapping;
	(void)pieces;
	return 0;
}

void tap_free(struct tapping *tapping)
{
	(void)tapping;
}

size_t tap_waiting(const struct tapping *tapping)
{
	(void)tapping;
	return 0;
}

uint64_t tap_lost(const struct tapping *tapping)
{
	(void)tapping;
	return 0;
}

unsigned int tap_mapped(const struct tapping *tapping)
{
	(void)tapping;
	return 0;
}

bool tap_is_over(struct tapping *tapping)
{
	(void)tapping;
	return true;
}

void tap_end(struct tapping *tapping)
{
	(void)tapping;
}
