/* SPDX-License-Identifier: GPL-2.0-or-later */
/** kernel/bpfring.h, over a file that is laid out as the kernel maps a ring. */
#include "kernel/bpfring.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { SIZE = 4096, ALIGN = 8 };

/** The kernel's end: consumer page, producer page, and the data twice, one behind the other. */
struct kernel_end {
	int fd;
	char *map;
	struct bpfring ring;
};

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void begin(struct kernel_end *end)
{
	size_t size = 2 * page_size() + 2 * SIZE;

	end->fd = memfd_create("ring", MFD_CLOEXEC);
	assert_int_equal(ftruncate(end->fd, (off_t)size), 0);
	end->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, end->fd, 0);
	assert_ptr_not_equal(end->map, MAP_FAILED);
	assert_int_equal(bpfring_begin(end->fd, SIZE, &end->ring), 0);
}

static void finish(struct kernel_end *end)
{
	bpfring_end(&end->ring);
	munmap(end->map, 2 * page_size() + 2 * SIZE);
	close(end->fd);
}

static unsigned long *produced(struct kernel_end *end)
{
	return (unsigned long *)(end->map + page_size());
}

static uint32_t *head_at(struct kernel_end *end, unsigned long at)
{
	return (uint32_t *)(end->map + 2 * page_size() + at % SIZE);
}

/** Where the record is. Its bytes may reach into the second copy, as they may in the kernel's. */
static unsigned long put(struct kernel_end *end, const char *word, uint32_t flags)
{
	unsigned long at = *produced(end);
	uint32_t len = (uint32_t)strlen(word);

	*head_at(end, at) = len | flags;
	memcpy((char *)head_at(end, at) + BPF_RINGBUF_HDR_SZ, word, len);
	*produced(end) = at + (len + BPF_RINGBUF_HDR_SZ + ALIGN - 1) / ALIGN * ALIGN;
	return at;
}

static void check_next(struct kernel_end *end, const char *word)
{
	struct text text;

	assert_true(bpfring_next(&end->ring, &text));
	check_string(text, word);
	bpfring_done(&end->ring);
}

static void records_come_in_their_order_and_no_more_than_there_are(void **state)
{
	struct kernel_end end;
	struct text text;

	(void)state;
	begin(&end);
	assert_false(bpfring_next(&end.ring, &text));
	put(&end, "one", 0);
	put(&end, "a longer one", 0);
	check_next(&end, "one");
	check_next(&end, "a longer one");
	assert_false(bpfring_next(&end.ring, &text));
	finish(&end);
}

static void one_that_is_still_written_holds_up_those_behind_it(void **state)
{
	struct kernel_end end;
	struct text text;

	(void)state;
	begin(&end);
	unsigned long at = put(&end, "half", BPF_RINGBUF_BUSY_BIT);
	put(&end, "whole", 0);
	assert_false(bpfring_next(&end.ring, &text));
	*head_at(&end, at) &= ~BPF_RINGBUF_BUSY_BIT;
	check_next(&end, "half");
	check_next(&end, "whole");
	finish(&end);
}

static void one_that_was_thrown_away_is_passed_over(void **state)
{
	struct kernel_end end;

	(void)state;
	begin(&end);
	put(&end, "nothing", BPF_RINGBUF_DISCARD_BIT);
	put(&end, "something", 0);
	check_next(&end, "something");
	finish(&end);
}

static void it_goes_round_and_gives_back_the_room(void **state)
{
	struct kernel_end end;

	(void)state;
	begin(&end);
	for (int i = 0; i < 1000; i++) {
		put(&end, "round and round", 0);
		check_next(&end, "round and round");
		/* What is not given back at once never adds up to much. */
		assert_true(*produced(&end) - *(unsigned long *)end.map < SIZE / 2);
	}
	bpfring_free(&end.ring);
	assert_int_equal(*(unsigned long *)end.map, *produced(&end));
	finish(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_their_order_and_no_more_than_there_are),
		cmocka_unit_test(one_that_is_still_written_holds_up_those_behind_it),
		cmocka_unit_test(one_that_was_thrown_away_is_passed_over),
		cmocka_unit_test(it_goes_round_and_gives_back_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
