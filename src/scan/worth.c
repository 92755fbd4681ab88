/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/worth.h"

bool worth_walking(const struct look *look)
{
	return !look->pids;
}
