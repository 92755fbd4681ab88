/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
#include "scan/source.h"

/**
 * Whether letting the kernel walk its tables pays for `look`: not for a few processes, which /proc tells
 * as fast, unless all is asked of what has thousands of descriptors: the kernel tells these table by table. A function of its own, so that the tests can link a program that always does.
 */
bool worth_walking(const struct source *source, const struct look *look);
