/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A page about one thing: labelled lines for people, one object of sections for programs. Who fills it
 * says both, each fact to both readers, and does not ask who reads it.
 */
#pragma once
#include "show/render.h"
#include "show/style.h"

struct page_options {
	enum format format; /**< FORMAT_TEXT, FORMAT_JSON or FORMAT_JSONL */
	bool bytes;         /**< sizes as plain numbers, in text too */
	bool hints;         /**< what to do next stands beside what asks for it */
};

struct page;

/** An empty page onto `out`. page_end prints and frees it. */
struct page *page_begin(const struct page_options *options, FILE *out);
void page_end(struct page *page);

/** Drop all that was written so far: nothing will be printed. */
void page_abandon(struct page *page);

/** True when the reader can see arrows, and when hints are wanted. */
bool page_utf8(const struct page *page);
bool page_hints(const struct page *page);

/** `bytes` as this page writes sizes. Returns `buffer`. */
const char *page_size_word(const struct page *page, char buffer[64], uint64_t bytes);

/* For people. What another program chose is written with encode_shown. */

/** The stream of the sentence that stands above all. */
FILE *page_headline(struct page *page);

/** The stream of a new line behind `label`, which must outlive the page; "" goes on from the last. */
FILE *page_line(struct page *page, const char *label);

/** The line that was begun last is a list of words: on a terminal it is broken between them. */
void page_words(struct page *page);

/** A line of cells; those of neighbouring rows stand below each other. Encoded already; copied. */
void page_row(struct page *page, const char *label, const struct text *cells, size_t count);

/** The next row stands below no other. */
void page_apart(struct page *page);

/** A blank line before what comes next. */
void page_gap(struct page *page);

/* For programs. Keys are ours, and must outlive nothing. */

/** What follows belongs to this section; a section comes once. */
void page_section(struct page *page, const char *key);

void page_text(struct page *page, const char *key, struct text text); /**< another program's */
void page_word(struct page *page, const char *key, const char *word); /**< ours; NULL: null */
void page_number(struct page *page, const char *key, uint64_t number);
void page_signed(struct page *page, const char *key, int64_t number);
void page_real(struct page *page, const char *key, double number); /**< with three decimals */
void page_flag(struct page *page, const char *key, bool flag);
void page_time(struct page *page, const char *key, int64_t time_ns);
void page_texts(struct page *page, const char *key, struct texts texts); /**< other programs' */
void page_null(struct page *page, const char *key);

/** An object or an array in what is open; in an array `key` is NULL. */
void page_open(struct page *page, const char *key, char bracket);
void page_close(struct page *page);
