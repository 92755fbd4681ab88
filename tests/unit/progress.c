/* SPDX-License-Identifier: GPL-2.0-or-later */
/** ask/progress.h: what two looks at one process say of it. */
#include "ask/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "check.h"

enum { PID = 4076, MIB = 1 << 20 };

/** Two looks at one process, a second apart. */
struct looks {
	struct progress progress;
	struct seen seen[2]; /**< before, now */
	struct seen_file files[2][8];
};

static void begin(struct looks *looks)
{
	*looks = (struct looks){ .progress = { .round = 1 } };
	for (size_t i = 0; i < 2; i++) {
		looks->seen[i] = (struct seen){ .pid = PID,
						.state = 'S',
						.at_ns = (int64_t)(i + 1) * CLOCK_SECOND_NS,
						.close = true,
						.has_io = true,
						.has_statm = true,
						.files = looks->files[i] };
		looks->progress.samples[i] =
			(struct sample){ .items = &looks->seen[i], .count = 1 };
	}
}

static void end(struct looks *looks)
{
	free(looks->progress.passages);
}

/** A file at both looks, open with `flags`: its offset and size then and now. */
static void add(struct looks *looks, unsigned int fd, int flags, const uint64_t pos[2],
		const uint64_t size[2])
{
	for (size_t i = 0; i < 2; i++) {
		int access = flags & O_ACCMODE;

		looks->files[i][looks->seen[i].count++] = (struct seen_file){
			.file = { .handle = { .pid = PID, .fd = fd },
				  .inode = { .dev = 1,
					     .ino = fd,
					     .size = size[i],
					     .nlink = 1,
					     .mode = S_IFREG | 0644 },
				  .flags = (uint32_t)flags,
				  .flags_known = true,
				  .access_known = true,
				  .readable = access != O_WRONLY,
				  .writable = access != O_RDONLY,
				  .pos_known = true,
				  .pos = pos[i] },
			.total = size[i],
			.meant = true,
		};
	}
}

#define BOTH(a, b) ((const uint64_t[]){ (uint64_t)(a)*MIB, (uint64_t)(b)*MIB })

/** The process waits in this call now. */
static void call(struct looks *looks, uint32_t number, uint64_t first, uint64_t third)
{
	looks->seen[1].called_known = true;
	looks->seen[1].called.call = (struct syscall){ .where = SYSCALL_INSIDE,
						       .number = number,
						       .arguments = { first, 0, third, third } };
}

static bool find(struct looks *looks, struct movement *ret)
{
	return movement_find(&looks->progress, &looks->seen[1], ret);
}

static void assert_at(const struct movement *movement, enum progress_evidence evidence,
		      uint64_t position, uint64_t total)
{
	assert_int_equal(movement->evidence, evidence);
	assert_true(movement->known);
	assert_int_equal(movement->position, position * MIB);
	assert_int_equal(movement->total, total * MIB);
}

static void an_offset_that_moved_is_the_position(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(900, 900));
	add(&looks, 4, O_RDONLY, BOTH(10, 30), BOTH(100, 100));
	add(&looks, 5, O_RDONLY, BOTH(10, 11), BOTH(800, 800));
	add(&looks, 6, O_WRONLY, BOTH(5, 15), BOTH(5, 15));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 30, 100);
	assert_true(movement.moved);
	assert_int_equal(movement.moved_by, 20 * MIB);
	assert_int_equal(movement.output->file.handle.fd, 6);
	end(&looks);
}

static void a_long_call_is_as_far_as_its_destination_grew(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(4000, 4000));
	add(&looks, 4, O_WRONLY, BOTH(0, 0), BOTH(100, 300));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_GROWTH, 300, 4000);
	assert_int_equal(movement.moved_by, 200 * MIB);
	end(&looks);
}

static void from_one_long_call_to_the_next_it_goes_on(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 2048), BOTH(4000, 4000));
	add(&looks, 4, O_WRONLY, BOTH(0, 2048), BOTH(2000, 2100));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_GROWTH, 2100, 4000);
	end(&looks);
}

static void the_arguments_of_a_copying_call_say_which_file(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(9000, 9000));
	add(&looks, 4, O_RDONLY, BOTH(0, 0), BOTH(4000, 4000));
	add(&looks, 5, O_WRONLY, BOTH(0, 0), BOTH(100, 300));
	call(&looks, __NR_copy_file_range, 4, 5);
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_GROWTH, 300, 4000);
	assert_int_equal(movement.input->file.handle.fd, 4);
	end(&looks);
}

static void room_that_was_made_before_is_not_copied(void **state)
{
	struct looks looks;
	struct movement movement;

	/* fallocate(2), then one long call: the file is as long as it will be from the start. */
	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(4000, 4000));
	add(&looks, 4, O_RDWR, BOTH(0, 0), BOTH(4000, 4000));
	looks.seen[0].io.write_bytes = 100 * MIB;
	looks.seen[1].io.write_bytes = 140 * MIB;
	call(&looks, __NR_copy_file_range, 3, 4);
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_WRITE_BYTES, 140, 4000);
	assert_true(movement.moved);
	assert_int_equal(movement.moved_by, 40 * MIB);
	/* Where nothing is counted there is no telling. */
	looks.seen[0].io.write_bytes = looks.seen[1].io.write_bytes = 0;
	assert_true(!find(&looks, &movement) || !movement.known || !movement.position);
	end(&looks);
}

static void what_a_call_writes_over_is_not_copied(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(4000, 4000));
	add(&looks, 4, O_WRONLY, BOTH(0, 0), BOTH(3000, 3000));
	looks.seen[0].io.write_bytes = 100 * MIB;
	looks.seen[1].io.write_bytes = 140 * MIB;
	call(&looks, __NR_copy_file_range, 3, 4);
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_WRITE_BYTES, 140, 4000);
	end(&looks);
}

static void a_call_that_stands_is_as_far_as_its_destination(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(4000, 4000));
	add(&looks, 4, O_WRONLY, BOTH(0, 0), BOTH(300, 300));
	looks.seen[0].io.write_bytes = looks.seen[1].io.write_bytes = 301 * MIB;
	call(&looks, __NR_copy_file_range, 3, 4);
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_GROWTH, 300, 4000);
	assert_false(movement.moved);
	end(&looks);
}

static void a_call_that_was_told_its_place_leaves_the_offset(void **state)
{
	struct looks looks;
	struct movement movement;

	/* The second sendfile(2) of a file of more than 2 GiB. */
	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(4000, 4000));
	add(&looks, 4, O_WRONLY, BOTH(2047, 2047), BOTH(2100, 2200));
	call(&looks, __NR_sendfile, 4, 0);
	looks.seen[1].called.call.arguments[1] = 3;
	looks.seen[1].called.call.arguments[2] = 0x7ffc0000;
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_GROWTH, 2200, 4000);
	end(&looks);
}

static void the_next_file_moves_from_its_beginning(void **state)
{
	struct looks looks;
	struct movement movement;

	/* cp -r, at one file a look; met in its call, and not met in it. */
	(void)state;
	for (int met = 0; met < 2; met++) {
		begin(&looks);
		add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(30, 30));
		add(&looks, 4, O_WRONLY, BOTH(0, 0), BOTH(15, 15));
		looks.files[0][0].file.inode.ino = looks.files[0][1].file.inode.ino = 99;
		if (met)
			call(&looks, __NR_copy_file_range, 3, 4);
		looks.seen[1].state = 'D';
		assert_true(find(&looks, &movement));
		assert_at(&movement, EVIDENCE_GROWTH, 15, 30);
		assert_true(movement.moved);
		assert_int_equal(movement.moved_by, 15 * MIB);
		end(&looks);
	}
}

static void who_goes_from_file_to_file_keeps_its_rate(void **state)
{
	struct looks looks;
	struct movement movement;
	const struct passage *passage;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(10, 30), BOTH(40, 40));
	looks.seen[0].io.rchar = 100 * MIB;
	looks.seen[1].io.rchar = 120 * MIB;
	assert_true(find(&looks, &movement));
	assert_int_equal((uint64_t)passage_note(&looks.progress, &movement)->rate, 20 * MIB);
	/* The rest of it, one of 5 MiB between, and of the next one 15. */
	looks.files[0][0] = looks.files[1][0];
	looks.files[1][0].file.inode.ino = 99;
	looks.files[1][0].file.pos = 15 * MIB;
	looks.seen[0].io.rchar = 120 * MIB;
	looks.seen[1].io.rchar = 150 * MIB;
	looks.seen[0].at_ns += CLOCK_SECOND_NS;
	looks.seen[1].at_ns += CLOCK_SECOND_NS;
	looks.progress.round += 2;
	assert_true(find(&looks, &movement));
	passage = passage_note(&looks.progress, &movement);
	assert_int_equal(movement.moved_by, 30 * MIB);
	assert_int_equal((uint64_t)passage->rate, 25 * MIB);
	assert_int_equal(passage->position, 15 * MIB);
	end(&looks);
}

static void who_waits_in_its_first_read_stands_at_the_beginning(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(100, 100));
	looks.seen[0].state = looks.seen[1].state = 'D';
	call(&looks, __NR_read, 3, 0);
	assert_false(find(&looks, &movement));
	looks.seen[0].called = looks.seen[1].called;
	looks.seen[0].called_known = true;
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 0, 100);
	assert_false(movement.moved);
	end(&looks);
}

static void who_waits_for_the_disk_at_the_end_stands_there(void **state)
{
	struct looks looks;
	struct movement movement;

	/* dd conv=fsync */
	(void)state;
	begin(&looks);
	add(&looks, 0, O_RDONLY, BOTH(100, 100), BOTH(100, 100));
	add(&looks, 1, O_WRONLY, BOTH(100, 100), BOTH(100, 100));
	looks.seen[0].state = looks.seen[1].state = 'D';
	call(&looks, __NR_fsync, 1, 0);
	looks.seen[0].called = looks.seen[1].called;
	looks.seen[0].called_known = true;
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 100, 0);
	assert_false(movement.moved);
	assert_int_equal(movement.output->file.handle.fd, 1);
	end(&looks);
}

static void what_has_ended_is_forgotten(void **state)
{
	struct looks looks;
	struct progress *progress = &looks.progress;

	(void)state;
	begin(&looks);
	pipeline_follow(progress, (const unsigned int[]){ PID, PID + 1 }, 2);
	progress->asked = calloc(1000, sizeof(*progress->asked));
	progress->asked_count = 1000;
	assert_non_null(progress->asked);
	assert_int_equal(progress_follow(progress, NULL), 0);
	assert_true(progress_follows(progress, PID));
	assert_int_equal(progress->followed_count, 1);
	assert_int_equal(progress->asked_count, 0);
	free(progress->followed);
	free(progress->asked);
	end(&looks);
}

static void what_was_there_before_is_not_copied(void **state)
{
	struct looks looks;
	struct movement movement;

	/* dd conv=notrunc, over a larger file */
	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(10, 20), BOTH(100, 100));
	add(&looks, 4, O_WRONLY, BOTH(10, 20), BOTH(900, 900));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 20, 100);
	end(&looks);
}

static void who_waits_for_a_file_to_grow_moves_through_nothing(void **state)
{
	struct looks looks;
	struct movement movement;

	/* tail -f */
	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(10, 12), BOTH(10, 12));
	assert_false(find(&looks, &movement));
	end(&looks);
}

static void the_end_of_a_file_is_all_of_it(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(10, 12), BOTH(12, 12));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 12, 12);
	end(&looks);
}

static void what_grows_as_it_is_written_has_no_end(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDWR, BOTH(10, 12), BOTH(10, 12));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 12, 0);
	assert_null(movement.input);
	end(&looks);
}

static void what_is_written_over_has_one(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_WRONLY, BOTH(10, 12), BOTH(100, 100));
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 12, 100);
	end(&looks);
}

static void a_call_that_is_told_its_place_says_it(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(100, 100));
	add(&looks, 4, O_RDONLY, BOTH(0, 0), BOTH(900, 900));
	looks.seen[1].io.rchar = MIB;
	call(&looks, __NR_pread64, 4, 33 * MIB);
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_OFFSET, 33, 900);
	assert_true(movement.moved);
	end(&looks);
}

static void counters_are_of_the_only_file_or_of_none(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(100, 100));
	looks.seen[0].io.rchar = 20 * MIB;
	looks.seen[1].io.rchar = 25 * MIB;
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_RCHAR, 25, 100);
	assert_int_equal(movement.moved_by, 5 * MIB);
	/* More than there is: it read others, or this one twice. */
	looks.seen[1].io.rchar = 125 * MIB;
	if (find(&looks, &movement))
		assert_false(movement.known);
	looks.seen[1].io.rchar = 25 * MIB;
	add(&looks, 4, O_RDONLY, BOTH(0, 0), BOTH(100, 100));
	assert_false(find(&looks, &movement));
	end(&looks);
}

static void counters_are_not_of_who_moves_its_offset(void **state)
{
	struct looks looks;
	struct movement movement;

	/* What it read between its counters and its offset is counted in the next look. */
	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(10, 20), BOTH(100, 100));
	looks.seen[0].io.rchar = 60 * MIB;
	looks.seen[1].io.rchar = 69 * MIB;
	assert_true(find(&looks, &movement));
	passage_note(&looks.progress, &movement);
	looks.files[0][0] = looks.files[1][0];
	looks.seen[0].io.rchar = 69 * MIB;
	looks.seen[1].io.rchar = 70 * MIB;
	looks.seen[1].state = 'T';
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 20, 100);
	assert_false(movement.moved);
	end(&looks);
}

static void counters_begin_when_the_file_is_opened(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(100, 100));
	looks.seen[0].count = 0;
	looks.seen[0].io.rchar = 20 * MIB;
	looks.seen[1].io.rchar = 25 * MIB;
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_RCHAR, 5, 100);
	end(&looks);
}

static void who_is_named_may_go_through_many_files(void **state)
{
	unsigned int pid = PID;
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	looks.seen[1].io.rchar = 5 * MIB;
	looks.seen[1].io.wchar = 6 * MIB;
	assert_false(find(&looks, &movement));
	looks.progress.scope.pids = &pid;
	assert_true(find(&looks, &movement));
	assert_true(movement.many && movement.moved && !movement.known);
	assert_int_equal(movement.moved_by, 6 * MIB);
	assert_int_equal((uint64_t)passage_note(&looks.progress, &movement)->rate, 6 * MIB);
	end(&looks);
}

static void who_is_stopped_half_way_stands_there(void **state)
{
	struct looks looks;
	struct movement movement;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(10, 10), BOTH(100, 100));
	assert_false(find(&looks, &movement));
	looks.seen[1].state = 'T';
	assert_true(find(&looks, &movement));
	assert_at(&movement, EVIDENCE_POS, 10, 100);
	assert_false(movement.moved);
	end(&looks);
}

/** One more look, `pos` MiB further on; what is remembered then. */
static const struct passage *go_on(struct looks *looks, uint64_t pos)
{
	struct movement movement;

	looks->files[0][0] = looks->files[1][0];
	looks->seen[0].at_ns = looks->seen[1].at_ns;
	looks->seen[1].at_ns += CLOCK_SECOND_NS;
	looks->files[1][0].file.pos = pos * MIB;
	looks->progress.round += 2;
	assert_true(find(looks, &movement));
	return passage_note(&looks->progress, &movement);
}

static void a_rate_is_smoothed_and_never_negative(void **state)
{
	struct looks looks;
	const struct passage *passage;

	(void)state;
	begin(&looks);
	add(&looks, 3, O_RDONLY, BOTH(0, 0), BOTH(1000, 1000));
	passage = go_on(&looks, 10);
	assert_int_equal((uint64_t)passage->rate, 10 * MIB);
	passage = go_on(&looks, 40);
	assert_int_equal((uint64_t)passage->rate, 20 * MIB);
	passage = go_on(&looks, 40);
	assert_true(passage->rate < 20 * MIB && passage->rate > 0);
	assert_int_equal(passage->moved_ns, looks.seen[0].at_ns);
	passage = go_on(&looks, 10);
	assert_true(passage->rate >= 0);
	assert_int_equal(looks.progress.passage_count, 1);
	end(&looks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offset_that_moved_is_the_position),
		cmocka_unit_test(a_long_call_is_as_far_as_its_destination_grew),
		cmocka_unit_test(from_one_long_call_to_the_next_it_goes_on),
		cmocka_unit_test(the_arguments_of_a_copying_call_say_which_file),
		cmocka_unit_test(room_that_was_made_before_is_not_copied),
		cmocka_unit_test(what_a_call_writes_over_is_not_copied),
		cmocka_unit_test(a_call_that_stands_is_as_far_as_its_destination),
		cmocka_unit_test(a_call_that_was_told_its_place_leaves_the_offset),
		cmocka_unit_test(the_next_file_moves_from_its_beginning),
		cmocka_unit_test(who_goes_from_file_to_file_keeps_its_rate),
		cmocka_unit_test(who_waits_in_its_first_read_stands_at_the_beginning),
		cmocka_unit_test(who_waits_for_the_disk_at_the_end_stands_there),
		cmocka_unit_test(what_has_ended_is_forgotten),
		cmocka_unit_test(what_was_there_before_is_not_copied),
		cmocka_unit_test(who_waits_for_a_file_to_grow_moves_through_nothing),
		cmocka_unit_test(the_end_of_a_file_is_all_of_it),
		cmocka_unit_test(what_grows_as_it_is_written_has_no_end),
		cmocka_unit_test(what_is_written_over_has_one),
		cmocka_unit_test(a_call_that_is_told_its_place_says_it),
		cmocka_unit_test(counters_are_of_the_only_file_or_of_none),
		cmocka_unit_test(counters_are_not_of_who_moves_its_offset),
		cmocka_unit_test(counters_begin_when_the_file_is_opened),
		cmocka_unit_test(who_is_named_may_go_through_many_files),
		cmocka_unit_test(who_is_stopped_half_way_stands_there),
		cmocka_unit_test(a_rate_is_smoothed_and_never_negative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
