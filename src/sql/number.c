/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/number.h"

/** FNV-1a, 64 bits. */
static uint64_t hash(uint64_t hash, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/** With its length, so that "a", "bc" is not "ab", "c". */
static uint64_t hash_text(uint64_t number, struct text text)
{
	return hash(hash(number, &text.len, sizeof(text.len)), text.bytes, text.len);
}

uint64_t number_by_key(const struct table *table, const struct column_set *key, const int *place,
		       const struct value *row)
{
	uint64_t number = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < table->count; i++) {
		if (!column_set_has(key, i))
			continue;
		const struct value *value = &row[place[i]];
		bool known = value->state == VALUE_KNOWN;

		if (known && value_is_text(table->columns[i].type))
			number = hash_text(number, value->text);
		else
			number = hash(number, known ? &value->number : &(uint64_t){ 0 },
				      sizeof(value->number));
	}
	return number >> 1;
}
