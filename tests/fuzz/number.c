/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Numbers in text, against a slower way to read them. The first byte chooses the base. */
#include <ctype.h>
#include <errno.h>

#include "fuzz.h"

/** The same by 128 bits, which cannot overflow before it is noticed. */
static int slowly(struct text text, unsigned int base, uint64_t *ret)
{
	unsigned __int128 number = 0;

	if (!text.len)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.bytes[i];
		unsigned int digit = isdigit(c)  ? c - '0' :
				     isxdigit(c) ? tolower(c) - 'a' + 10 :
						   99;

		if (digit >= base)
			return -EINVAL;
		number = number * base + digit;
		if (number > UINT64_MAX)
			number = (unsigned __int128)UINT64_MAX + 1;
	}
	*ret = (uint64_t)number;
	return number > UINT64_MAX ? -ERANGE : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned int bases[] = { 8, 10, 16 };

	if (!size)
		return 0;
	struct text text = fuzz_text(data + 1, size - 1);
	unsigned int base = bases[data[0] % 3];
	uint64_t number = 42, wanted = 42;
	int rc = text_number(text, base, &number);

	must(rc == slowly(text, base, &wanted));
	must(rc ? number == 42 : number == wanted);
	return 0;
}
