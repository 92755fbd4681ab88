/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What `tap` makes of the records in its ring: whatever lies there, nothing is told that is in none of
 * them, every byte is counted, and in the end nothing is left.
 */
#include "scan/pieces.h"

#include "fuzz.h"

enum { BYTES_MAX = 64 };

struct sums {
	size_t told, missing;
};

static void take_bytes(void *context, struct text bytes)
{
	struct sums *sums = context;

	/* Each is read, so that one which is no more is found. */
	for (size_t i = 0; i < bytes.len; i++)
		must(bytes.bytes[i] == 'x');
	sums->told += bytes.len;
}

static void take_gap(void *context, const struct tap_gap *gap)
{
	struct sums *sums = context;

	must(gap->bytes);
	sums->missing += gap->bytes;
}

/** Six bytes of the input make a record as the program in the kernel might. */
static size_t make(const uint8_t *data, char *record)
{
	struct tap_record head = { .kind = (unsigned char)(1 + data[0] % 4),
				   .call = data[1] % 8,
				   .lost = data[2],
				   .total = data[3],
				   .from = data[4],
				   .pieces = data[5] % 4,
				   .is = (unsigned char)(data[0] >> 2 & 7) };
	size_t len = head.kind == TAP_CALL ? 0 : data[3] % BYTES_MAX;

	memcpy(record, &head, sizeof(head));
	memset(record + sizeof(head), 'x', len);
	return sizeof(head) + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums sums = { 0 };
	struct pieces pieces;

	pieces_begin(&pieces, &(struct pieces_reader){ &sums, take_bytes, take_gap });
	for (; size >= 6; data += 6, size -= 6) {
		struct {
			struct tap_record head;
			char bytes[BYTES_MAX];
		} record;
		size_t len = make(data, (char *)&record);
		/* Of exactly its size: one byte too many that is read is found. */
		char *bytes = malloc(len);

		memcpy(bytes, &record, len);
		pieces_take(&pieces, (struct text){ bytes, len });
		pieces_forget(&pieces);
		free(bytes);
	}
	pieces_end(&pieces, UINT16_MAX);
	pieces_forget(&pieces);
	must(!pieces.first && !pieces.last && !pieces.spent);
	must(sums.told == pieces.told_bytes);
	must(sums.missing == pieces.lost_bytes + pieces.hidden_bytes + pieces.unseen_bytes);
	return 0;
}
