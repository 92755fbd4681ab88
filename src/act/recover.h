/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Getting one deleted file back: bind, hold, read, relink or clone or copy, verify, metadata, publish.
 * The steps are in the files beside this one; here they are put in order.
 */
#pragma once
#include "act/metadata.h"
#include "act/standstill.h"
#include "act/transfer.h"

struct recover_options {
	const char *output;    /**< -o: a file, or "-" for standard output; NULL: none */
	const char *directory; /**< -d: a directory; NULL: none */
	bool parents;          /**< --parents: with the directories they were in */
	bool freeze;           /**< --freeze: whoever holds it stands still meanwhile */
	bool overwrite;
	bool keep_privileges; /**< setuid, setgid, capabilities and the like too */
	bool follow;          /**< --follow: and what is appended */
	bool dry_run;
	bool yes;
};

struct recovering {
	const struct source *source;
	struct mounts *mounts;
	struct arena *arena; /**< for texts that outlive one file */
	const struct recover_options *options;
	const char *program; /**< as in struct inquiry */
	const char *line;
	struct interrupt *interrupt;
	/** --freeze: may they be stopped? Called with `asking`. */
	enum assent (*ask)(void *asking, const struct standstill_plan *plan);
	void *asking;
	void (*notice)(const char *message); /**< what cannot wait until it is done */
	const struct recovered *all; /**< what becomes of each: none is put in another's place */
	size_t all_count;
};

enum recover_result {
	RECOVER_DONE,
	RECOVER_WOULD,       /**< --dry-run: nothing stands in the way */
	RECOVER_REFUSED,     /**< see the message; nothing was written */
	RECOVER_INTERRUPTED, /**< nothing was written */
	RECOVER_LEFT,        /**< of several: not begun, for what was said of all of them */
};

struct recovered {
	enum recover_result result;
	enum method method;
	const struct deleted_file *file;
	const struct holder *holder;
	struct transfer transfer; /**< grade and size for every method */
	struct metadata metadata;
	struct text path;   /**< where it is now, or was to be */
	struct text landed; /**< it had to take this name: the other was taken at the last moment */
	struct text leftover; /**< a hidden name beside it that could not be removed */
	bool original, elsewhere;
	dev_t made_dev; /**< what has the name now, once it has it */
	uint64_t made_ino;
	bool mode_changed;
	uint64_t part_offset, part_size; /**< only this much of it could be read; size 0: all */
	const struct standstill *still;  /**< who stood still meanwhile; NULL: nobody */
	bool unfinished; /**< refused or interrupted, but what was copied stays: -o with --follow */
	int64_t took_ns;
	struct error err;
	struct recovery row;
};

/**
 * Recover `file`. `below` is its path below --directory, or empty for its base name. Never fails but by
 * `ret->result`.
 */
void recover_one(const struct recovering *context, const struct deleted_file *file,
		 struct text below, struct recovered *ret);

/** What is not as it was, one line each; always, also off a terminal. */
void recover_warn(const struct recovered *recovered, FILE *out);

/** Tell a person how it went; nothing for a refusal, whose message is complete. */
void recover_tell(const struct recovering *context, const struct recovered *recovered, FILE *out);
