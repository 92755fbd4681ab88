/* SPDX-License-Identifier: GPL-2.0-or-later */
/** scan/queues.h: message queues among what looks like regular files. */
#include "scan/queues.h"

#include <errno.h>
#include <mqueue.h>
#include <sys/mman.h>

#include "ownprocess.h"
#include "scratch.h"

/** A queue of ours with two messages, its name taken away; -1: not here. */
static mqd_t make_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 5, .mq_msgsize = 100 };
	char name[64];

	snprintf(name, sizeof(name), "/procowl-unit-%d", getpid());
	mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (queue < 0)
		return queue;
	assert_int_equal(mq_unlink(name), 0);
	assert_int_equal(mq_send(queue, "owl", 3, 0), 0);
	assert_int_equal(mq_send(queue, "owl", 3, 0), 0);
	return queue;
}

static struct queue look(int fd)
{
	struct ownprocess own;
	struct mounts *mounts;
	struct queue ret;

	ownprocess_begin(&own);
	assert_int_equal(mounts_begin(&own.source, &mounts), 0);
	struct open_file file = ownprocess_file(&own, (unsigned int)fd);
	const struct open_file *files[] = { &file };
	assert_int_equal(queues_read(&own.source, mounts, files, 1, &ret), 0);
	assert_true(!ret.is_queue || queues_may_be(&file));
	mounts_end(mounts);
	ownprocess_end(&own);
	return ret;
}

static void a_queue_says_how_full_it_is(void **state)
{
	mqd_t queue = make_queue();

	(void)state;
	if (queue < 0)
		skip_because("no message queues here: %s", strerror(errno));
	struct queue found = look(queue);
	assert_true(found.is_queue);
	/* Whoever may not borrow a descriptor of the process, gets none. */
	if (found.has_count || geteuid() == 0) {
		assert_int_equal(found.messages, 2);
		assert_int_equal(found.messages_max, 5);
		assert_int_equal(found.message_bytes, 100);
	}
	mq_close(queue);
}

static void a_file_as_long_as_a_queue_is_none(void **state)
{
	static const char bytes[80];
	int memory = memfd_create("procowl", MFD_CLOEXEC);

	(void)state;
	scratch_write("queue", (struct text){ bytes, sizeof(bytes) });
	int fd = scratch_open("queue", O_RDONLY);
	assert_false(look(fd).is_queue);
	/* Without blocks, and on a mount that is in no list. */
	assert_int_equal(ftruncate(memory, 80), 0);
	assert_false(look(memory).is_queue);
	close(fd);
	close(memory);
}

static void a_descriptor_that_is_gone_is_none(void **state)
{
	mqd_t queue = make_queue();
	struct ownprocess own;
	struct mounts *mounts;
	struct queue ret;

	(void)state;
	if (queue < 0)
		skip_because("no message queues here: %s", strerror(errno));
	ownprocess_begin(&own);
	assert_int_equal(mounts_begin(&own.source, &mounts), 0);
	struct open_file file = ownprocess_file(&own, (unsigned int)queue);
	const struct open_file *files[] = { &file };
	assert_true(queues_may_be(&file));
	mq_close(queue);
	assert_int_equal(queues_read(&own.source, mounts, files, 1, &ret), 0);
	assert_false(ret.is_queue);
	mounts_end(mounts);
	ownprocess_end(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_says_how_full_it_is),
		scratch_test(a_file_as_long_as_a_queue_is_none),
		cmocka_unit_test(a_descriptor_that_is_gone_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
