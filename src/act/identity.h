/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * In a filesystem that a user namespace mounted, root of this host has no number: creating a file there
 * is EOVERFLOW (fs/namei.c, may_create). For the moment of creating we then are the directory's owner.
 */
#pragma once
#include <stdbool.h>

/** Become the owner of `directory` for file access, with our capabilities kept. False: not possible. */
bool identity_assume(int directory);

/** Be who we were. */
void identity_return(void);
