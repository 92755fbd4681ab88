/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One fact on its way to the screen: a type by meaning, and what is known of it.
 */
#pragma once
#include <stdint.h>

#include "base/arena.h"

enum value_type {
	TYPE_HANDLE,   /**< text of ours that names an open file */
	TYPE_WORD,     /**< text of ours: a class, a grade */
	TYPE_COMMAND,  /**< a process name, and how many more there are */
	TYPE_TEXT,     /**< any other name that another program chose */
	TYPE_PATH,     /**< the same, as a path */
	TYPE_SIZE,     /**< bytes */
	TYPE_COUNT,    /**< a number of things */
	TYPE_ID,       /**< a number that names something: pid, inode, uid */
	TYPE_DEVICE,   /**< dev_t as makedev(3) builds it */
	TYPE_MODE,     /**< permission bits */
	TYPE_SIGNED,   /**< a number that may be below zero */
	TYPE_PERCENT,  /**< thousandths of a percent */
	TYPE_TIME,     /**< nanoseconds since 1970 UTC, signed */
	TYPE_DURATION, /**< nanoseconds */
	TYPE_HANDLES,  /**< several handles */
	TYPE_NAMES,    /**< several names that other programs chose */
	TYPE_REAL,     /**< any number */
	TYPE_ANY,      /**< what an expression of somebody's gave: the value's `as` says which */
};

enum value_state {
	VALUE_NONE,   /**< does not apply, or was not read */
	VALUE_DENIED, /**< is there, but could not be read */
	VALUE_KNOWN,
};

struct value {
	enum value_state state;
	union {
		unsigned int more;  /**< TYPE_COMMAND: how many others */
		enum value_type as; /**< TYPE_ANY: what it is */
	};
	union {
		struct text text;
		struct texts texts;
		uint64_t number;
		int64_t signed_number;
		int64_t time_ns;
		double real;
	};
};

/** What a renderer must know of a column. */
struct heading {
	const char *name; /**< lower case: the JSON key */
	enum value_type type;
	bool flush_right; /**< TYPE_ANY: shown as numbers are */
	bool optional;    /**< left out of a table in which it is empty everywhere */
	bool tree;        /**< carries the lines of a tree */
};

/** What a person is told of a column's type: "bytes", "number". */
const char *value_type_word(enum value_type type);

/** True when the bytes were chosen by another program and must pass the encoder. */
bool value_is_foreign(enum value_type type);

/** True when `text` is what it has. */
bool value_is_text(enum value_type type);

/** A copy of the value; what it points to lies in the arena. */
struct value value_keep(struct arena *arena, enum value_type type, const struct value *value);

/** True when it is shown flush right, as numbers are. */
bool value_is_numeric(enum value_type type);
