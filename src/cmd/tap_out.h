/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where `tap` and `watch` put what they are told: gathered, and written with as few copies as there can be.
 * Whoever reads it may stop to, or go: then who asks us to stop is still heard.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/uio.h>

#include "base/text.h"

enum {
	TAP_OUT_PARTS = 512,
	TAP_OUT_ROOM = 256 << 10, /**< bytes that are copied, until they are written */
	TAP_OUT_MANY = 2 << 20,   /**< bytes that are written at once */
};

struct tap_out {
	FILE *file;      /**< for what is printed */
	int signals;     /**< readable once somebody asks to stop */
	int failed;      /**< errno, once it cannot be written to */
	bool asked;      /**< to stop, while it had to be waited for */
	bool gone;       /**< nobody reads it any more */
	bool gave_up;    /**< waiting for whoever reads it: the rest is dropped */
	int patience_ms; /**< once `asked`, so long who reads it may take nothing */
	/** Who decides what a signal means; NULL: that we are asked to stop. */
	void (*heard)(void *context, const struct signalfd_siginfo *info);
	void *context;
	enum {
		TAP_OUT_FILE,
		TAP_OUT_PIPE,
		TAP_OUT_SLOW_PIPE,
		TAP_OUT_SOCKET,
		TAP_OUT_TERMINAL
	} kind;
	struct iovec parts[TAP_OUT_PARTS];
	size_t count, used, size; /**< parts; bytes of `room` used; of all parts */
	char *room;
	uint64_t dropped; /**< bytes that nobody took before the end */
};

/** `signals`: a signalfd. False: there is no memory for a FILE. tap_out_end frees. */
bool tap_out_begin(struct tap_out *out, int signals);

/** Add `bytes`, which must stay as they are until tap_out_flush. */
void tap_out_add(struct tap_out *out, struct text bytes);

/** Nobody takes any more of it: bytes that were to be added, and now are but counted. */
void tap_out_drop(struct tap_out *out, size_t len);

/** Write all that was added and printed. */
void tap_out_flush(struct tap_out *out);

/** Wait up to `timeout_ms` for a signal, or for the end of whoever reads. True: it is over. */
bool tap_out_wait(struct tap_out *out, int timeout_ms);

/** Take the signals that have come. */
void tap_out_hear(struct tap_out *out);

/** A reader that has gone ends us as it ends any filter: by SIGPIPE, unless that is ignored. */
void tap_out_reader_gone(struct tap_out *out);

void tap_out_end(struct tap_out *out);
