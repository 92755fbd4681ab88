/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/literal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "sql/blame.h"
#include "sql/catalog.h"
#include "sql/token.h"

enum { DIGITS_MAX = 400 }; /* a double has 309 before its point */

/** Digits, perhaps with a fraction, and what stands behind them. Exact below 2^53. */
static int number_and_unit(struct text text, double *ret, struct text *unit)
{
	size_t at = 0;
	double number = 0, place = 1;

	while (at < text.len && text.bytes[at] >= '0' && text.bytes[at] <= '9')
		number = number * 10 + (text.bytes[at++] - '0');
	if (!at)
		return -EINVAL;
	if (at < text.len && text.bytes[at] == '.') {
		for (at++; at < text.len && text.bytes[at] >= '0' && text.bytes[at] <= '9'; at++)
			number += (text.bytes[at] - '0') * (place /= 10);
	}
	while (at < text.len && text.bytes[at] == ' ')
		at++;
	*ret = number;
	*unit = text_from(text, at);
	return 0;
}

int literal_size(struct text text, uint64_t *ret)
{
	static const char units[] = "KMGTPE";
	struct text unit;
	double number;

	if (number_and_unit(text, &number, &unit))
		return -EINVAL;
	if (unit.len && unit.bytes[0] != 'B') {
		const char *found = strchr(units, unit.bytes[0] & ~0x20);

		if (!found || !(unit.bytes[0] & ~0x20))
			return -EINVAL;
		for (const char *each = units; each <= found; each++)
			number *= 1024;
		unit = text_from(unit, 1);
		if (text_starts(unit, "i"))
			unit = text_from(unit, 1);
	}
	if ((unit.len && !text_is(unit, "B")) || number >= 9.2e18)
		return -EINVAL;
	*ret = (uint64_t)number;
	return 0;
}

int literal_duration(struct text text, double *ret)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = {
		{ "", 1 },     { "ms", 0.001 }, { "s", 1 },     { "m", 60 },
		{ "min", 60 }, { "h", 3600 },   { "d", 86400 }, { "w", 604800 },
	};
	struct text unit;
	double number;

	if (number_and_unit(text, &number, &unit))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!text_is(unit, units[i].name))
			continue;
		*ret = number * units[i].seconds;
		return 0;
	}
	return -EINVAL;
}

/** True when the statement calls something of its own so: expression AS name. */
static bool is_alias(struct text sql, struct text name)
{
	struct token before = { .kind = TOKEN_END }, token;

	for (size_t at = 0; (token = token_next(sql, &at)).kind != TOKEN_END; before = token) {
		if (token_is(&before, "AS") && token.kind == TOKEN_WORD &&
		    text_equal(token.text, name))
			return true;
	}
	return false;
}

/** The type of a column called so; TYPE_ANY when there is none, or tables do not agree. */
static enum value_type type_of(const struct table *table, struct text sql, struct text name)
{
	enum value_type type = TYPE_ANY;
	int column = table ? column_find(table, name) : -1;

	if (column >= 0)
		return table->columns[column].type;
	if (table || is_alias(sql, name))
		return TYPE_ANY;
	for (size_t i = 0; i < sql_table_count; i++) {
		const struct table *each = sql_tables[i].question->table;

		column = column_find(each, name);
		if (column < 0 || !sql_table_is_named(&sql_tables[i], sql))
			continue;
		if (type != TYPE_ANY && type != each->columns[column].type)
			return TYPE_ANY;
		type = each->columns[column].type;
	}
	return type;
}

/** What stands around a literal: enough to see with which column it is compared. */
struct reading {
	struct text text;
	const struct table *table; /* of an expression */
	struct literals *out;
	FILE *sql;
	size_t copied;          /* of the text */
	struct token before[3]; /* the last three tokens, nearest first */
	struct text column;     /* that the literals of BETWEEN or IN are compared with */
	unsigned int between;   /* operands of a BETWEEN still to come */
	bool in_list;
	struct error *err;
};

/** IDENT CMP 'literal', sum(IDENT) CMP 'literal', IDENT BETWEEN 'literal' AND 'literal', IDENT IN ('literal', …). */
static struct text column_before(const struct reading *reading)
{
	const struct token *before = reading->before;

	if (before[0].kind == TOKEN_COMPARE && before[1].kind == TOKEN_WORD)
		return before[1].text;
	if (before[0].kind == TOKEN_COMPARE && text_is(before[1].text, ")") &&
	    before[2].kind == TOKEN_WORD)
		return before[2].text;
	if (before[0].kind != TOKEN_COMPARE && (reading->between || reading->in_list))
		return reading->column;
	return (struct text){ 0 };
}

/** 'literal' CMP IDENT, where IDENT may be TABLE.IDENT. */
static struct text column_behind(struct text text, size_t at)
{
	struct token token = token_next(text, &at);

	if (token.kind != TOKEN_COMPARE)
		return (struct text){ 0 };
	token = token_next(text, &at);
	if (token.kind != TOKEN_WORD)
		return (struct text){ 0 };
	struct text name = token.text;
	token = token_next(text, &at);
	if (token.kind == TOKEN_OTHER && text_is(token.text, ".")) {
		token = token_next(text, &at);
		name = token.kind == TOKEN_WORD ? token.text : name;
	}
	return name;
}

static void put(struct reading *reading, const struct token *token, const char *digits)
{
	struct literals *out = reading->out;
	size_t len = strlen(digits);

	fwrite(reading->text.bytes + reading->copied, 1, token->at - reading->copied, reading->sql);
	fwrite(digits, 1, len, reading->sql);
	reading->copied = token->at + token->len;
	out->changed[out->count].at = token->at;
	out->changed[out->count].len = token->len;
	out->changed[out->count++].becomes = len;
}

/** The number that a text means in a column of this type. 0, or -EINVAL when it means none. */
static int number_for(enum value_type type, struct text text, char digits[DIGITS_MAX])
{
	uint64_t size = 0;
	double seconds = 0;
	int rc = type == TYPE_SIZE ? literal_size(text, &size) : literal_duration(text, &seconds);

	if (type == TYPE_SIZE)
		snprintf(digits, DIGITS_MAX, "%" PRIu64, size);
	else
		snprintf(digits, DIGITS_MAX, "%.9f", seconds);
	return rc;
}

static int complain(const struct reading *reading, const struct token *token, const char *what)
{
	error_set(reading->err, -EINVAL, "%.*s %s", (int)token->text.len, token->text.bytes, what);
	blame_show(reading->text, token->at, reading->err);
	return -EINVAL;
}

/** Beside an expression '1M' would be a text, which is more than any number: quietly wrong. */
static bool looks_lost(const struct reading *reading, struct text inside)
{
	uint64_t size;
	double seconds;
	bool unit = inside.len && (inside.bytes[inside.len - 1] & 0x40);

	return unit && reading->before[0].kind == TOKEN_COMPARE &&
	       reading->before[1].kind == TOKEN_OTHER &&
	       (literal_size(inside, &size) == 0 || literal_duration(inside, &seconds) == 0);
}

static int literal(struct reading *reading, const struct token *token, size_t behind)
{
	struct text column = column_before(reading);
	char digits[DIGITS_MAX];

	if (token->len < 2)
		return 0;
	struct text inside = text_first(text_from(token->text, 1), token->len - 2);
	if (!column.len)
		column = column_behind(reading->text, behind);
	enum value_type type = column.len ? type_of(reading->table, reading->text, column) :
					    TYPE_ANY;
	if (type != TYPE_SIZE && type != TYPE_DURATION)
		return looks_lost(reading, inside) ?
			       complain(reading, token,
					"is a number only beside a column: write it out") :
			       0;
	if (reading->out->count == LITERALS_MAX)
		return complain(reading, token, "is one too many: write it out as a number");
	if (number_for(type, inside, digits))
		return complain(reading, token,
				type == TYPE_SIZE ?
					"is no size: write '64K', '1.5G' or a number" :
					"is no duration: write '90s', '2h', '1.5d' or seconds");
	put(reading, token, digits);
	return 0;
}

/** BETWEEN and IN stand behind their column, with a NOT perhaps. */
static struct text column_of_operator(const struct reading *reading)
{
	return token_is(&reading->before[0], "NOT") ? reading->before[1].text :
						      reading->before[0].text;
}

/** The first operand ends at AND, the second with its first word. */
static void follow_between(struct reading *reading, const struct token *token)
{
	if (token_is(token, "BETWEEN")) {
		reading->column = column_of_operator(reading);
		reading->between = 2;
	} else if (reading->between == 2) {
		reading->between -= token_is(token, "AND");
	} else if (reading->between && !text_is(token->text, "(")) {
		reading->between = 0;
	}
}

static void follow(struct reading *reading, const struct token *token)
{
	follow_between(reading, token);
	if (token_is(token, "IN"))
		reading->column = column_of_operator(reading);
	else if (token_is(&reading->before[0], "IN"))
		reading->in_list = text_is(token->text, "(");
	else if (text_is(token->text, ")") || token_is(token, "SELECT"))
		reading->in_list = false;
	reading->before[2] = reading->before[1];
	reading->before[1] = reading->before[0];
	reading->before[0] = *token;
}

static int read_all(struct reading *reading)
{
	size_t at = 0;

	for (;;) {
		struct token token = token_next(reading->text, &at);
		int rc = 0;

		if (token.kind == TOKEN_END)
			return 0;
		if (token.kind == TOKEN_STRING)
			rc = literal(reading, &token, at);
		if (rc)
			return rc;
		follow(reading, &token);
	}
}

int literals_read(struct text text, const struct table *table, struct literals *ret,
		  struct error *err)
{
	struct reading reading = { .text = text, .table = table, .out = ret, .err = err };
	size_t len;

	*ret = (struct literals){ 0 };
	reading.sql = open_memstream(&ret->sql, &len);
	if (!reading.sql)
		memory_out();
	int rc = read_all(&reading);
	fwrite(text.bytes + reading.copied, 1, text.len - reading.copied, reading.sql);
	if (fclose(reading.sql))
		memory_out();
	if (rc)
		literals_end(ret);
	return rc;
}

void literals_end(struct literals *literals)
{
	free(literals->sql);
	literals->sql = NULL;
}

size_t literals_origin(const struct literals *literals, size_t offset)
{
	size_t origin = offset;

	for (size_t i = 0; i < literals->count; i++) {
		if (literals->changed[i].at >= origin)
			break;
		origin += literals->changed[i].len;
		origin -= literals->changed[i].becomes;
	}
	return origin;
}
