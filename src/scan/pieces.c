/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/pieces.h"

#include <stdlib.h>

#include "base/arena.h"

/** The kernel's records begin at multiples of this. */
enum { ALIGN = 8 };

static const struct tap_record *head_of(struct text record)
{
	return (const void *)record.bytes;
}

static struct text body_of(struct text record)
{
	return text_from(record, sizeof(struct tap_record));
}

void pieces_begin(struct pieces *pieces, const struct pieces_reader *reader)
{
	*pieces = (struct pieces){ .reader = *reader };
}

static void tell_bytes(struct pieces *pieces, struct text bytes)
{
	pieces->told_bytes += bytes.len;
	if (bytes.len)
		pieces->reader.bytes(pieces->reader.context, bytes);
}

static void tell_gap(struct pieces *pieces, const struct tap_gap *gap)
{
	if (!gap->bytes)
		return;
	if (gap->why & TAP_HIDDEN)
		pieces->hidden_bytes += gap->bytes;
	else if (gap->why & TAP_UNSEEN)
		pieces->unseen_bytes += gap->bytes;
	else
		pieces->lost_bytes += gap->bytes;
	pieces->reader.gap(pieces->reader.context, gap);
}

static void tell_lost(struct pieces *pieces, uint64_t bytes)
{
	tell_gap(pieces, &(struct tap_gap){ .bytes = bytes });
}

/** Calls that found no room lie before whichever says so first. Processors may pass each other. */
static void tell_lost_before(struct pieces *pieces, uint64_t lost)
{
	if (lost <= pieces->lost)
		return;
	tell_lost(pieces, lost - pieces->lost);
	pieces->lost = lost;
}

/** The names on the way up, each ended by NUL, the last first, as a path. The caller frees. */
static struct text path_of(struct text names)
{
	char *path = memory_resize(NULL, names.len + 2, 1);
	size_t size = 0;

	while (names.len) {
		size_t begin = names.len - 1;

		while (begin && names.bytes[begin - 1])
			begin--;
		path[size++] = '/';
		memcpy(path + size, names.bytes + begin, names.len - 1 - begin);
		size += names.len - 1 - begin;
		names.len = begin;
	}
	return (struct text){ path, size };
}

/** A piece of the first call: what lies between it and the one before is missing. */
static void tell_piece(struct pieces *pieces, struct pieces_call *call, struct text record)
{
	const struct tap_record *head = head_of(record);
	struct text bytes = body_of(record);

	call->missing--;
	if (head->kind == TAP_NAME) {
		if (!(head->is & TAP_NAMELESS) && !call->path.bytes)
			call->path = path_of(bytes);
		return;
	}
	tell_lost(pieces, head->from - call->told);
	tell_bytes(pieces, bytes);
	call->told = head->from + (uint32_t)bytes.len;
}

static void free_call(struct pieces_call *call)
{
	free((char *)call->path.bytes);
	free(call->kept);
	free(call);
}

static void end_call(struct pieces *pieces, const struct pieces_call *call)
{
	struct tap_gap gap = { .bytes = call->total - call->told,
			       .why = call->is,
			       .way = call->way,
			       .path = call->path };

	tell_gap(pieces, &gap);
}

static void spend(struct pieces *pieces, const char *kept)
{
	if (!kept)
		return;
	struct pieces_spent *spent = memory_resize(NULL, 1, sizeof(*spent));
	*spent = (struct pieces_spent){ pieces->spent, kept };
	pieces->spent = spent;
}

void pieces_forget(struct pieces *pieces)
{
	while (pieces->spent) {
		struct pieces_spent *spent = pieces->spent;

		pieces->spent = spent->next;
		free((char *)spent->kept);
		free(spent);
	}
}

static void tell_kept(struct pieces *pieces, struct pieces_call *call)
{
	size_t at = 0;

	while (at < call->kept_len) {
		size_t len;

		memcpy(&len, call->kept + at, sizeof(len));
		at += sizeof(len);
		tell_piece(pieces, call, (struct text){ call->kept + at, len });
		at += (len + ALIGN - 1) / ALIGN * ALIGN;
	}
	spend(pieces, call->kept);
	call->kept = NULL;
	call->kept_len = 0;
}

/** Whole calls at the front are told and done with. */
static void settle(struct pieces *pieces)
{
	while (pieces->first) {
		struct pieces_call *call = pieces->first;

		tell_lost_before(pieces, call->lost);
		tell_kept(pieces, call);
		if (call->missing)
			return;
		end_call(pieces, call);
		pieces->first = call->next;
		if (!pieces->first)
			pieces->last = NULL;
		free_call(call);
	}
}

static void keep(struct pieces_call *call, struct text record)
{
	size_t room = sizeof(size_t) + (record.len + ALIGN - 1) / ALIGN * ALIGN;

	call->kept = memory_resize(call->kept, call->kept_len + room, 1);
	memcpy(call->kept + call->kept_len, &record.len, sizeof(record.len));
	memcpy(call->kept + call->kept_len + sizeof(size_t), record.bytes, record.len);
	call->kept_len += room;
}

static struct pieces_call *add_call(struct pieces *pieces, const struct tap_record *head)
{
	struct pieces_call *call = memory_resize(NULL, 1, sizeof(*call));

	*call = (struct pieces_call){ .id = head->call,
				      .lost = head->lost,
				      .total = head->total,
				      .missing = head->pieces,
				      .is = (enum tap_is)head->is,
				      .way = (enum tap_way)head->way };
	if (pieces->last)
		pieces->last->next = call;
	else
		pieces->first = call;
	pieces->last = call;
	return call;
}

/** One whose turn it is not yet: kept like a piece. */
static void take_whole(struct pieces *pieces, struct text record)
{
	const struct tap_record *head = head_of(record);

	if (!pieces->first) {
		tell_lost_before(pieces, head->lost);
		tell_bytes(pieces, body_of(record));
		return;
	}
	struct pieces_call *call = add_call(pieces, head);
	call->missing = 1;
	keep(call, record);
}

static void take_piece(struct pieces *pieces, struct text record)
{
	const struct tap_record *head = head_of(record);

	for (struct pieces_call *call = pieces->first; call; call = call->next) {
		if (call->id != head->call)
			continue;
		if (call == pieces->first)
			tell_piece(pieces, call, record);
		else
			keep(call, record);
		return;
	}
}

void pieces_take(struct pieces *pieces, struct text record)
{
	const struct tap_record *head = head_of(record);

	if (record.len < sizeof(*head))
		return;
	switch ((enum tap_kind)head->kind) {
	case TAP_WHOLE:
		take_whole(pieces, record);
		return;
	case TAP_CALL:
		add_call(pieces, head);
		break;
	case TAP_PIECE:
	case TAP_NAME:
		take_piece(pieces, record);
		break;
	}
	settle(pieces);
}

/** A call's pieces lie behind it when it can be read at all: none is left but where a ring broke off. */
void pieces_end(struct pieces *pieces, uint64_t lost)
{
	while (pieces->first) {
		struct pieces_call *call = pieces->first;

		call->missing = 0;
		settle(pieces);
	}
	tell_lost_before(pieces, lost);
}
