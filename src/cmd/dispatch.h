/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The way in.
 */
#pragma once

/** Run what `argv` says; returns the exit status. */
int dispatch_main(int argc, char **argv);
