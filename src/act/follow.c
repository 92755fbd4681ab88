/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/last_writer.h"
#include "act/transfer.h"
#include "act/vigil.h"
#include "base/clock.h"
#include "show/encode.h"
#include "show/units.h"

void follow_begin(struct follow *follow, const struct transfer_context *context,
		  const struct held *held, struct copy *copy, struct stream *stream,
		  struct followed *out)
{
	*out = (struct followed){ .on = true };
	*follow = (struct follow){
		.context = context, .held = held, .copy = copy, .stream = stream, .out = out
	};
}

/** The first byte of the file that the copy has in its place. */
static uint64_t first_byte(const struct follow *follow)
{
	return follow->copy ? follow->copy->first : follow->stream->first;
}

/** The last bytes that were copied, up to `len`. How many, or -errno. */
static ssize_t read_tail(const struct follow *follow, char *bytes, size_t len)
{
	if (follow->stream) {
		const struct stream *stream = follow->stream;

		len = len < stream->tail_len ? len : stream->tail_len;
		memcpy(bytes, stream->tail + stream->tail_len - len, len);
		return (ssize_t)len;
	}
	uint64_t known = follow->at - first_byte(follow);
	len = len < known ? len : (size_t)known;
	return pread(follow->copy->to, bytes, len, (off_t)(follow->written - len));
}

/** The end of what was copied is still there, so that what follows it belongs behind it. */
static bool goes_on(const struct follow *follow)
{
	char copied[STREAM_TAIL], now[STREAM_TAIL];
	ssize_t len = read_tail(follow, copied, sizeof(copied));

	if (len <= 0)
		return true;
	ssize_t got =
		pread(follow->held->read, now, (size_t)len, (off_t)(follow->at - (uint64_t)len));
	return got == len && memcmp(copied, now, (size_t)len) == 0;
}

/** From here on the file's byte `at` is what comes next; what was before is no more compared. */
static void go_on_at(struct follow *follow, uint64_t at)
{
	if (follow->copy) {
		follow->copy->shift = (int64_t)(follow->written - at);
		follow->copy->first = at;
	} else {
		stream_restart(follow->stream, at);
	}
	follow->at = at;
}

static void tell_truncated(const struct follow *follow, uint64_t size, int64_t when_ns)
{
	char clock[UNITS_MAX], from[UNITS_MAX], to[UNITS_MAX];
	char *name = encode_copy(text_basename(deleted_path(follow->held->file)));
	struct error message;

	error_set(&message, 0,
		  "%s was truncated at %s from %s to %s; what was copied is kept, what is written "
		  "from now on goes after it",
		  name, units_clock(clock, when_ns), units_size(from, follow->at),
		  units_size(to, size < follow->at ? size : 0));
	free(name);
	bar_clear(follow->context->bar);
	if (follow->context->notice)
		follow->context->notice(message.message);
}

static void note_seam(struct follow *follow, uint64_t size)
{
	struct followed *out = follow->out;
	struct seam seam = { follow->written, clock_ns(CLOCK_REALTIME) };

	if (out->seam_count < FOLLOWED_SEAMS)
		out->seams[out->seam_count] = seam;
	out->seam_count++;
	tell_truncated(follow, size, seam.when_ns);
}

static uint64_t zeros(const struct follow *follow, uint64_t size)
{
	return copy_zeros(follow->held->read, follow->held->borrowed, size);
}

/**
 * It is shorter than what was copied. What is left of it may be the beginning of what it was, or has
 * been written since, by somebody who appends.
 */
static void begin_anew(struct follow *follow, uint64_t size)
{
	bool cut = size && follow->copy && copy_is_same(follow->copy, first_byte(follow), size);

	note_seam(follow, size);
	follow->lost = size ? 0 : follow->at;
	go_on_at(follow, cut ? size : 0);
}

/** Who does not append goes on where he was, and leaves a hole before it: that is not content. */
static void skip_hole(struct follow *follow, uint64_t size)
{
	uint64_t hole = zeros(follow, size);

	if (hole >= follow->lost)
		go_on_at(follow, hole);
	follow->lost = 0;
}

/** Everybody who can write can only append: then what is there is never changed. */
static bool only_appended(const struct follow *follow)
{
	struct arena arena;
	struct holders holders;
	struct error err;

	arena_init(&arena);
	int rc = holders_look(follow->context->source, follow->held, true, &arena, &holders, &err);
	arena_end(&arena);
	return !rc && holders.writers && holders.writers == holders.appenders && !holders.mapped;
}

/** It is longer, but not by what came behind: emptied and grown again meanwhile, or written over. */
static void look_closer(struct follow *follow, uint64_t size)
{
	uint64_t hole = zeros(follow, size);

	if (hole >= follow->at) {
		note_seam(follow, 0);
		go_on_at(follow, hole);
	} else if (only_appended(follow)) {
		note_seam(follow, 0);
		go_on_at(follow, 0);
	} else {
		follow->in_place = follow->out->rewritten = true;
	}
}

static int append(struct follow *follow, uint64_t size)
{
	struct bar *bar = follow->context->bar;
	uint64_t before = follow->at;

	bar_begin(bar, "copying", size - follow->at);
	int rc = follow->copy ? copy_append(follow->copy, &follow->at, size) :
				stream_write(follow->stream, &follow->at, size);
	follow->written += follow->at - before;
	return rc;
}

/** Take what has come, up to `size`, which is how long it is now. */
static int take(struct follow *follow, uint64_t size)
{
	if (size < follow->at)
		begin_anew(follow, size);
	else if (size > follow->at && follow->lost)
		skip_hole(follow, size);
	else if (size > follow->at && !follow->in_place && !goes_on(follow))
		look_closer(follow, size);
	return size > follow->at ? append(follow, size) : 0;
}

static int take_now(struct follow *follow)
{
	struct inode now;
	int rc = inode_of(follow->held->read, &now);

	return rc ? rc : take(follow, now.size);
}

/** A reader that has gone ends us as it ends any filter: by SIGPIPE, unless that is ignored. */
static int reader_gone(void)
{
	raise(SIGPIPE);
	return -EPIPE;
}

/** Ctrl-C is the usual end; only the next one throws away what was copied. */
static void stop_asked(struct follow *follow)
{
	follow->out->asked = true;
	interrupt_forget(follow->context->interrupt);
	bar_clear(follow->context->bar);
	if (follow->context->bar->out && follow->context->notice)
		follow->context->notice("stops following, and compares what was copied; once more, "
					"and it is thrown away");
}

/** What is copied is all that may be left of the file: an error must not throw it away. */
static int keep_what_is_there(struct follow *follow, int rc)
{
	if (!rc || rc == -ECANCELED || follow->stream || !follow->written)
		return rc;
	follow->out->rc = rc;
	return 0;
}

static int watch(struct follow *follow, struct vigil *vigil, struct last_writer *last)
{
	uint64_t begun = 0;

	for (bool first = true;; first = false) {
		int rc = take_now(follow);

		if (first)
			begun = follow->written;
		if (rc == -ECANCELED || (!rc && interrupt_asked(follow->context->interrupt))) {
			stop_asked(follow);
			return 0;
		}
		if (rc)
			return rc;
		bar_follow(follow->context->bar, follow->written, follow->written - begun);
		if (vigil->reader_gone)
			return reader_gone();
		bool closed = vigil->closed;
		vigil->closed = false;
		if (last_writer_is_gone(last, closed))
			break;
		vigil_wait(vigil);
	}
	/* From now on the file lives in our hands only: one Ctrl-C that came late is no reason. */
	interrupt_pardon(follow->context->interrupt);
	return 0;
}

int follow_on(struct follow *follow)
{
	const struct transfer_context *context = follow->context;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	struct vigil vigil;
	struct last_writer last;

	vigil_begin(&vigil, follow->held->read, follow->stream ? follow->stream->to : -1);
	last_writer_begin(&last, context->source, follow->held, context->lease_is_true,
			  vigil.events >= 0);
	int rc = watch(follow, &vigil, &last);
	vigil_end(&vigil);
	bar_clear(context->bar);
	follow->out->took_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	return keep_what_is_there(follow, rc);
}

int follow_rest(struct follow *follow, uint64_t size)
{
	int rc = follow->out->rc ? 0 : keep_what_is_there(follow, take(follow, size));

	follow->out->ended_ns = clock_ns(CLOCK_REALTIME);
	return rc;
}
