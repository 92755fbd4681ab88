/* SPDX-License-Identifier: GPL-2.0-or-later */
/** act/transfer.h: the copy and its grade, with writers who strike at a chosen moment. */
#include "act/transfer.h"

#include "scratch.h"

enum { SIZE = 100000, EVERY_TIME = -1 };

/**
 * A play: what the source says of who holds the file, and what a writer does just before the n-th time
 * that the size of the file is asked (1: before all; 2: when it was copied and is about to be
 * compared; 3: when it was compared).
 */
struct play {
	struct source source;
	uint32_t flags;      /**< of the writer's descriptor */
	bool nobody;         /**< nobody is seen to hold it */
	bool mapped, denied; /**< somebody maps it writable; somebody could not be looked at */
	unsigned int in_flight;
	int strikes_at;
	int strikes_at_piece;   /**< or before the n-th piece is read: there is one a pass */
	void (*strike)(int fd); /**< what the writer does */
	/* what came of it */
	int writer;
	int times_asked, pieces;
	struct transfer transfer;
	int rc;
};

/** The play that is on; inode_of has no other way to know. */
static struct play *playing;

int __real_inode_of(int fd, struct inode *out);
int __wrap_inode_of(int fd, struct inode *out);

/* In the place of the one in kernel/, by the linker. */
int __wrap_inode_of(int fd, struct inode *out)
{
	if (playing) {
		playing->times_asked++;
		if (playing->strike && (playing->strikes_at == EVERY_TIME ||
					playing->strikes_at == playing->times_asked))
			playing->strike(playing->writer);
	}
	return __real_inode_of(fd, out);
}

bool __real_interrupt_asked(struct interrupt *interrupt);
bool __wrap_interrupt_asked(struct interrupt *interrupt);

bool __wrap_interrupt_asked(struct interrupt *interrupt)
{
	if (playing && ++playing->pieces == playing->strikes_at_piece)
		playing->strike(playing->writer);
	return __real_interrupt_asked(interrupt);
}

static int look(const struct source *source, const struct look *look, struct tally *tally,
		struct error *err)
{
	const struct play *play = (const struct play *)source;
	struct open_file file = { .handle = { .pid = 4076, .fd = 7 },
				  .inode = look->inode,
				  .flags = play->flags,
				  .flags_known = true,
				  .map_writable = play->mapped };
	struct process process = {
		.pid = 4076, .comm = text_of("writer"), .files = &file, .count = 1
	};

	(void)err;
	tally->looked++;
	tally->denied += play->denied;
	tally->in_flight += play->in_flight;
	if (!play->nobody)
		look->found(look->context, &process);
	return 0;
}

/** Let it be copied from "source" to "copy"; `lease`: the kernel's word is asked too. */
static void perform(struct play *play, bool lease, bool stream)
{
	struct deleted_file file = { .path = "/source" };
	struct held held = { .file = &file, .hold = -1, .read = scratch_open("source", O_RDONLY) };
	struct bar bar = { 0 };
	struct interrupt interrupt = { 0 };
	struct arena arena;
	struct error err = { 0 };
	struct transfer_context context = { .source = &play->source,
					    .arena = &arena,
					    .bar = &bar,
					    .interrupt = &interrupt,
					    .lease_is_true = lease };
	int to = scratch_open("copy", O_CREAT | O_TRUNC | O_RDWR);

	play->source.look = look;
	arena_init(&arena);
	assert_int_equal(inode_of(held.read, &held.inode), 0);
	playing = play;
	if (stream)
		play->rc = transfer_stream(&context, &held, to, &play->transfer, &err);
	else
		play->rc = transfer_copy(&context, &held, to, &play->transfer, &err);
	playing = NULL;
	close(held.read);
	close(to);
	arena_end(&arena);
	assert_int_equal(play->rc, 0);
}

/** A source of SIZE bytes, and a writer on it. */
static void set_scene(struct play *play)
{
	char bytes[SIZE];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + i / 251);
	scratch_write("source", (struct text){ bytes, sizeof(bytes) });
	play->writer = scratch_open("source", O_RDWR);
}

/** The copy is the first `size` bytes of the source as it is now. */
static void check_copy(uint64_t size)
{
	static char source[2 * SIZE], copy[2 * SIZE];
	int from = scratch_open("source", O_RDONLY), to = scratch_open("copy", O_RDONLY);

	assert_true(size <= sizeof(source));
	assert_int_equal(read(from, source, size), size);
	assert_int_equal(read(to, copy, sizeof(copy)), size);
	assert_memory_equal(source, copy, size);
	close(from);
	close(to);
}

static void check_play(struct play *play, enum grade grade, uint64_t size)
{
	assert_string_equal(grade_word(play->transfer.grade).bytes, grade_word(grade).bytes);
	assert_int_equal(play->transfer.size, size);
	close(play->writer);
}

static void append(int fd)
{
	assert_int_equal(pwrite(fd, "more", 4, lseek(fd, 0, SEEK_END)), 4);
}

static void overwrite(int fd)
{
	assert_int_equal(pwrite(fd, "other", 5, 50000), 5);
}

static void cut_off(int fd)
{
	assert_int_equal(ftruncate(fd, SIZE / 2), 0);
}

static void what_nobody_wrote_to_is_unchanged(void **state)
{
	struct play play = { .nobody = true };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	assert_int_equal(play.transfer.passes, 1);
	check_copy(SIZE);
	check_play(&play, GRADE_UNCHANGED, SIZE);
}

static void a_writer_who_keeps_still_is_unchanged_too(void **state)
{
	struct play play = { .flags = O_RDWR };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	assert_int_equal(play.transfer.holders.writers, 1);
	assert_int_equal(play.transfer.holders.writer_pid, 4076);
	check_copy(SIZE);
	check_play(&play, GRADE_UNCHANGED, SIZE);
}

static void a_lease_proves_that_nobody_could_write(void **state)
{
	struct play play = { .denied = true, .nobody = true };

	(void)state;
	set_scene(&play);
	close(play.writer);
	play.writer = scratch_open("source", O_RDONLY);
	if (fcntl(play.writer, F_SETLEASE, F_RDLCK))
		skip_because("no leases on this filesystem");
	fcntl(play.writer, F_SETLEASE, F_UNLCK);
	perform(&play, true, false);
	check_copy(SIZE);
	check_play(&play, GRADE_NO_WRITER, SIZE);
}

static void what_only_grows_is_a_prefix(void **state)
{
	struct play play = { .flags = O_WRONLY | O_APPEND, .strikes_at = 2, .strike = append };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	assert_int_equal(play.transfer.added, 4);
	check_copy(SIZE);
	check_play(&play, GRADE_PREFIX, SIZE);
}

static void a_prefix_needs_writers_who_can_only_append(void **state)
{
	struct play play = { .flags = O_WRONLY, .strikes_at = EVERY_TIME, .strike = append };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	assert_int_equal(play.transfer.passes, TRANSFER_PASSES);
	assert_string_equal(grade_word(play.transfer.grade).bytes, "changed");
	close(play.writer);
}

static void a_prefix_needs_that_everybody_was_seen(void **state)
{
	struct play plays[] = {
		{ .flags = O_WRONLY | O_APPEND,
		  .strikes_at = EVERY_TIME,
		  .strike = append,
		  .denied = true },
		{ .flags = O_WRONLY | O_APPEND,
		  .strikes_at = EVERY_TIME,
		  .strike = append,
		  .in_flight = 1 },
		{ .flags = O_WRONLY | O_APPEND,
		  .strikes_at = EVERY_TIME,
		  .strike = append,
		  .mapped = true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plays); i++) {
		set_scene(&plays[i]);
		perform(&plays[i], false, false);
		assert_string_equal(grade_word(plays[i].transfer.grade).bytes, "changed");
		close(plays[i].writer);
	}
}

static void what_was_overwritten_once_is_mended_and_confirmed(void **state)
{
	struct play play = { .flags = O_RDWR, .strikes_at = 2, .strike = overwrite };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	assert_int_equal(play.transfer.passes, 2);
	check_copy(SIZE);
	check_play(&play, GRADE_UNCHANGED, SIZE);
}

static void overwrite_and_append(int fd)
{
	overwrite(fd);
	append(fd);
}

/** Somebody had it open to append, and took that back for a moment. */
static void a_stream_that_was_overwritten_is_no_prefix(void **state)
{
	struct play play = { .flags = O_WRONLY | O_APPEND,
			     .strikes_at_piece = 2,
			     .strike = overwrite_and_append };

	(void)state;
	set_scene(&play);
	perform(&play, false, true);
	check_play(&play, GRADE_CHANGED, SIZE);
}

static void what_is_cut_off_when_it_was_compared_is_no_prefix(void **state)
{
	struct play play = { .flags = O_WRONLY | O_APPEND, .strikes_at = 3, .strike = cut_off };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	check_copy(SIZE / 2);
	check_play(&play, GRADE_UNCHANGED, SIZE / 2);
}

static void what_was_cut_off_is_copied_as_it_is_then(void **state)
{
	struct play play = { .flags = O_WRONLY | O_APPEND, .strikes_at = 2, .strike = cut_off };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	check_copy(SIZE / 2);
	check_play(&play, GRADE_UNCHANGED, SIZE / 2);
}

static void a_writable_mapping_leaves_everything_open(void **state)
{
	struct play play = { .flags = O_RDONLY, .mapped = true };

	(void)state;
	set_scene(&play);
	perform(&play, false, false);
	assert_true(play.transfer.mapped);
	check_copy(SIZE);
	check_play(&play, GRADE_CHANGED, SIZE);
}

static void a_writer_who_cannot_be_seen_leaves_everything_open(void **state)
{
	struct play play = { .nobody = true, .denied = true };

	(void)state;
	set_scene(&play);
	int reader = scratch_open("source", O_RDONLY);
	if (fcntl(reader, F_SETLEASE, F_RDLCK) && errno != EAGAIN)
		skip_because("no leases on this filesystem");
	close(reader);
	/* Our own descriptor may write, and the play does not show it. */
	perform(&play, true, false);
	assert_true(play.transfer.blind);
	check_copy(SIZE);
	check_play(&play, GRADE_CHANGED, SIZE);
}

static void a_stream_is_graded_alike(void **state)
{
	struct play still = { .flags = O_RDWR };
	struct play grows = { .flags = O_WRONLY | O_APPEND, .strikes_at = 2, .strike = append };
	struct play mapped = { .flags = O_RDONLY, .mapped = true };

	(void)state;
	set_scene(&still);
	perform(&still, false, true);
	check_copy(SIZE);
	check_play(&still, GRADE_UNCHANGED, SIZE);
	set_scene(&grows);
	perform(&grows, false, true);
	check_copy(SIZE);
	check_play(&grows, GRADE_PREFIX, SIZE);
	set_scene(&mapped);
	perform(&mapped, false, true);
	check_copy(SIZE);
	check_play(&mapped, GRADE_CHANGED, SIZE);
}

static void a_clone_works_or_says_why_not(void **state)
{
	struct play play = { 0 };
	struct held held = { .hold = -1 };

	(void)state;
	set_scene(&play);
	held.read = scratch_open("source", O_RDONLY);
	int to = scratch_open("copy", O_CREAT | O_TRUNC | O_RDWR);
	int rc = transfer_clone(&held, to);
	assert_true(rc == 0 || rc == -EOPNOTSUPP || rc == -EINVAL || rc == -ENOTTY);
	if (rc == 0)
		check_copy(SIZE);
	close(to);
	close(held.read);
	close(play.writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_nobody_wrote_to_is_unchanged),
		scratch_test(a_writer_who_keeps_still_is_unchanged_too),
		scratch_test(a_lease_proves_that_nobody_could_write),
		scratch_test(what_only_grows_is_a_prefix),
		scratch_test(a_prefix_needs_writers_who_can_only_append),
		scratch_test(a_prefix_needs_that_everybody_was_seen),
		scratch_test(what_was_overwritten_once_is_mended_and_confirmed),
		scratch_test(what_was_cut_off_is_copied_as_it_is_then),
		scratch_test(a_writable_mapping_leaves_everything_open),
		scratch_test(a_writer_who_cannot_be_seen_leaves_everything_open),
		scratch_test(what_is_cut_off_when_it_was_compared_is_no_prefix),
		scratch_test(a_stream_is_graded_alike),
		scratch_test(a_stream_that_was_overwritten_is_no_prefix),
		scratch_test(a_clone_works_or_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
