/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/mend.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"

enum { PAUSE_MS = 20 };

/** Wait until `until_ns`, or until somebody asks to stop. */
static int wait_until(struct interrupt *interrupt, int64_t until_ns)
{
	while (clock_ns(CLOCK_MONOTONIC) < until_ns) {
		if (interrupt_asked(interrupt))
			return -ECANCELED;
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
	}
	return 0;
}

/** Compare once; what differs is then as it was when it was read. */
static int compare(struct mend *mend, struct copy *copy, struct transfer *transfer)
{
	uint64_t differing = 0;
	struct inode now;
	int rc = inode_of(copy->from, &now);

	if (!rc && now.size != transfer->size) {
		rc = ftruncate(copy->to, (off_t)now.size) ? -errno : 0;
		transfer->size = now.size;
		mend->before = (struct inode){ 0 }; /* what was read then was of another state */
	}
	if (!rc)
		rc = copy_compare(copy, transfer->size, &differing);
	transfer->passes++;
	mend->clean = differing == 0;
	if (!mend->clean)
		mend->before = now;
	return rc;
}

int mend_copy(struct mend *mend, const struct held *held, int to, struct transfer *transfer)
{
	struct bar quiet = { 0 };
	struct copy copy;

	copy_begin(&copy, held->read, held->borrowed, to, transfer->size);
	copy.bar = &quiet;
	copy.interrupt = mend->interrupt;
	int rc = compare(mend, &copy, transfer);
	for (unsigned int i = 1; i < mend->passes && !rc; i++) {
		if (mend->clean && (!mend->settled_ns || i > 1))
			break;
		rc = wait_until(mend->interrupt, mend->settled_ns);
		if (!rc)
			rc = compare(mend, &copy, transfer);
	}
	if (!rc)
		rc = inode_of(held->read, &mend->after);
	transfer->read_failed = copy.read_failed;
	transfer->failed_at = copy.failed_at;
	copy_end(&copy);
	return rc;
}
