/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the program that copies what goes through a file and who reads it agree on: records in a ring.
 * A call whose bytes fit into one record is one record, TAP_WHOLE. Any other begins with TAP_CALL,
 * which is made first and handed over last: all its pieces that found room lie behind it then, between
 * those of other calls.
 */
#pragma once

enum tap_kind {
	TAP_WHOLE = 1, /**< a call; its bytes follow */
	TAP_CALL,      /**< a call; its bytes are in `pieces` other records */
	TAP_PIECE,     /**< bytes of a call, from `from` on */
	TAP_NAME, /**< the names on the way from the file that the bytes are from up to the root */
};

enum tap_is {
	TAP_HIDDEN = 1 << 0,   /**< typed where the terminal does not show it: not copied */
	TAP_UNSEEN = 1 << 1,   /**< the bytes were in no memory of the process: not copied */
	TAP_NAMELESS = 1 << 2, /**< TAP_NAME: what they are from has no path */
};

/** How it went through, as far as that is told. */
enum tap_way { TAP_CALLED, TAP_SENDFILE, TAP_SPLICE, TAP_TEE, TAP_COPY, TAP_BY_RING, TAP_DROPPED };

struct tap_record {
	unsigned long long call; /**< which call; a later one has a greater number */
	unsigned long long lost; /**< bytes of calls that found no room at all, up to this one */
	unsigned int total;      /**< bytes of the call */
	unsigned int from;
	unsigned int pieces;
	unsigned char kind; /**< enum tap_kind */
	unsigned char is;   /**< enum tap_is */
	unsigned char way;  /**< enum tap_way */
	unsigned char unused;
};

/** What is known of a file that is tapped. */
enum tap_terminal {
	TAP_NO_TERMINAL,
	TAP_TERMINAL, /**< what is read from it was typed */
	TAP_MASTER,   /**< what is written to it is typed */
};

enum {
	TAP_FILES = 2,
	TAP_PAGE = 4096,
	TAP_BLOCK = 16 * TAP_PAGE, /**< bytes of a piece, at most */
	TAP_LITTLE_BLOCK = 4 * TAP_PAGE,
	TAP_RING_MIN = 1 << 20, /**< bytes */
	TAP_RING_MAX = 256 << 20,
};
