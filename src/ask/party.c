/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/party.h"

#include <string.h>

#include "model/holding.h"
#include "show/encode.h"
#include "show/units.h"

void party_order(struct deleted_file *file)
{
	size_t kept = 0;

	while (kept < file->holder_count && !holding_is(deleted_comm(file, kept)))
		kept++;
	for (size_t i = kept; i < file->holder_count; i++) {
		struct holder holder = file->holders[i];

		if (holding_is(text_of(holder.by->comm)))
			continue;
		memmove(&file->holders[kept + 1], &file->holders[kept],
			(i - kept) * sizeof(*file->holders));
		file->holders[kept++] = holder;
	}
}

struct party party_of(const struct deleted_file *file, bool of_holds)
{
	struct party party = { 0 };

	while (party.first < file->holder_count &&
	       holding_is(deleted_comm(file, party.first)) != of_holds)
		party.first++;
	party.end = party.first;
	for (; party.end < file->holder_count &&
	       holding_is(deleted_comm(file, party.end)) == of_holds;
	     party.end++) {
		const struct holder *holder = &file->holders[party.end];

		party.count += party.end == party.first ||
			       holder->handle.pid != holder[-1].handle.pid;
	}
	return party;
}

void party_tell(FILE *out, const struct deleted_file *file, struct party party)
{
	const struct handle *first = &file->holders[party.first].handle;
	char device[HANDLE_MAX];

	if (!handle_is_process(first)) {
		fputs(handle_format(device, first), out);
		return;
	}
	if (holding_is(deleted_comm(file, party.first)))
		fprintf(out, "procowl's hold%s", units_plural(party.count));
	else
		encode_shown(out, deleted_comm(file, party.first));
	fprintf(out, " (%u", first->pid);
	if (party.count > 1)
		fprintf(out, " +%u", party.count - 1);
	putc(')', out);
}
