/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What stands in the way of a recovery, in words: what and why, what state things are in, the way out.
 */
#pragma once
#include "act/recover.h"
#include "act/room.h"

/** Its handle, and that of the holder it would be taken from. */
const char *refusal_handle(char buffer[HANDLE_MAX], const struct recovered *recovered);

/** What it is, when it is no regular file: "a directory". */
const char *refusal_kind_word(uint32_t mode);

void refusal_bind(const struct recovering *context, struct recovered *recovered, int rc);
void refusal_kind(struct recovered *recovered, uint32_t mode);
void refusal_read(const struct recovering *context, struct recovered *recovered, int rc);
void refusal_place(const struct recovering *context, struct recovered *recovered, int rc);
void refusal_taken(const struct recovering *context, struct recovered *recovered,
		   const struct inode *there);
void refusal_room(const struct recovering *context, struct recovered *recovered,
		  const struct room *room);
void refusal_write(struct recovered *recovered, int rc);
void refusal_stream(struct recovered *recovered, int rc);
/** --follow, where nothing is appended: to what only a loop device shows. */
void refusal_follow(const struct recovering *context, struct recovered *recovered);
