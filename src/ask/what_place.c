/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where a process lives: container, namespaces, cgroup, root directory; and the environment that it was
 * started with.
 */
#include <ctype.h>
#include <inttypes.h>

#include "ask/what.h"
#include "kernel/cgroup.h"
#include "show/encode.h"
#include "show/units.h"

static void tell_container(struct what *what, FILE *line)
{
	const struct container *container = &what->container;

	if (!container->name.len) {
		fputs(what->facts.rcs[PROCESS_NAMESPACES] ?
			      "no container that its cgroup tells of" :
			      "this host, no container",
		      line);
		page_null(what->page, "container");
		page_null(what->page, "container_id");
		return;
	}
	fputs("container ", line);
	encode_shown(line, container->name);
	if (container->id.len) {
		fputs(" (", line);
		encode_shown(line, container->id);
		putc(')', line);
	}
	page_text(what->page, "container", container->name);
	if (container->id.len)
		page_text(what->page, "container_id", container->id);
	else
		page_null(what->page, "container_id");
}

static struct texts list_own(struct what *what)
{
	struct text *items = arena_zero(&what->arena, NAMESPACE_COUNT, sizeof(*items));
	size_t count = 0;

	for (unsigned int i = 0; i < NAMESPACE_COUNT; i++) {
		if (what->facts.namespaces.ino[i] && what->own.ino[i] &&
		    what->facts.namespaces.ino[i] != what->own.ino[i])
			items[count++] = text_of(namespaces_word((enum namespace_kind)i));
	}
	return (struct texts){ items, count };
}

static void tell_namespaces(struct what *what, FILE *line)
{
	if (what->facts.rcs[PROCESS_NAMESPACES]) {
		fprintf(line, "; namespaces: ? (%s)",
			what_reason(what->facts.rcs[PROCESS_NAMESPACES]));
		what_miss(what, "namespaces", what->facts.rcs[PROCESS_NAMESPACES]);
		page_null(what->page, "namespaces");
		page_null(what->page, "inner_pid");
		return;
	}
	struct texts own = list_own(what);
	if (own.count)
		fputs("; other namespaces than procowl's:", line);
	for (size_t i = 0; i < own.count; i++)
		fprintf(line, " %s", own.items[i].bytes);
	page_texts(what->page, "namespaces", own);
	unsigned int inner = what->facts.status.inner_pid;
	if (inner && inner != what->wish->pid)
		fprintf(line, "; it is %u there", inner);
	if (inner)
		page_number(what->page, "inner_pid", inner);
	else
		page_null(what->page, "inner_pid");
}

void what_tell_place(struct what *what)
{
	struct text cgroup = { 0 };
	int rc = what->facts.rcs[PROCESS_ROOT];
	FILE *line = page_line(what->page, "lives in");

	page_section(what->page, "place");
	tell_container(what, line);
	tell_namespaces(what, line);
	if (!rc && !text_is(what->facts.root, "/")) {
		fputs("; root directory ", line);
		encode_shown(line, what->facts.root);
	}
	if (rc) {
		what_miss(what, "root", rc);
		page_null(what->page, "root");
	} else {
		page_text(what->page, "root", what->facts.root);
	}
	if (!facts_have(&what->facts, PROCESS_CGROUP) ||
	    cgroup_path_parse(what->facts.cgroup, &cgroup)) {
		page_null(what->page, "cgroup");
		return;
	}
	page_text(what->page, "cgroup", cgroup);
	if (cgroup.len < 2)
		return;
	fputs("; cgroup ", line);
	encode_shown(line, cgroup);
}

static bool holds_word(struct text name, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= name.len; at++) {
		size_t same = 0;

		while (same < len && toupper((unsigned char)name.bytes[at + same]) == word[same])
			same++;
		if (same == len)
			return true;
	}
	return false;
}

/** "scheme://user:password@host", whatever the password has in it. */
static bool has_password(struct text value)
{
	const char *begin = value.len ? memmem(value.bytes, value.len, "://", 3) : NULL;
	struct text rest, login, user;

	if (!begin)
		return false;
	rest = text_from(value, (size_t)(begin - value.bytes) + 3);
	return text_next(&rest, '@', &login) && rest.len && text_next(&login, ':', &user) &&
	       login.len;
}

/** As those who give them out have them begin; a signed token begins with {" in base64 (RFC 7519). */
static bool is_token(struct text value)
{
	static const char *const begins[] = { "ghp_", "gho_", "ghs_", "github_pat_", "glpat-",
					      "xox",  "sk-",  "eyJ",  "-----BEGIN " };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (text_starts(value, begins[i]))
			return true;
	}
	return false;
}

static bool ends_in_word(struct text name, const char *word)
{
	size_t len = strlen(word);

	return name.len >= len && holds_word(text_from(name, name.len - len), word);
}

bool what_is_secret(struct text name, struct text value)
{
	static const char *const words[] = { "KEY",        "TOKEN", "SECRET", "PASS",
					     "CREDENTIAL", "AUTH",  "COOKIE", "JWT" };
	/* MYSQL_PWD is one, PWD is none; GITHUB_PAT is one, PATH is none. */
	static const char *const ends[] = { "_PWD", "BINDPW", "_PAT" };

	if (!value.len)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (holds_word(name, words[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_in_word(name, ends[i]))
			return true;
	}
	/* "host=db password=x", as libpq and ODBC are told. */
	return has_password(value) || is_token(value) || holds_word(value, "PASSWORD=") ||
	       holds_word(value, "PWD=");
}

static void tell_variable(struct what *what, struct text name, struct text value, bool secret)
{
	struct page *page = what->page;

	page_open(page, NULL, '{');
	page_text(page, "name", name);
	if (secret && !what->wish->environment)
		page_null(page, "value");
	else
		page_text(page, "value", value);
	page_flag(page, "secret", secret);
	page_close(page);
	if (!what->wish->environment)
		return;
	FILE *line = page_line(page, "");
	encode_shown(line, name);
	putc('=', line);
	encode_shown(line, value);
}

static bool split(struct text *rest, struct text *name, struct text *value)
{
	struct text variable;

	if (!text_next(rest, 0, &variable))
		return false;
	*value = variable;
	if (!text_next(value, '=', name))
		*name = (struct text){ 0 };
	return true;
}

/** A program may have written over it, mostly with a title for ps(1): what has no name is no variable. */
static size_t count_variables(struct text rest, size_t *secrets)
{
	struct text name, value;
	size_t count = 0;

	*secrets = 0;
	while (split(&rest, &name, &value)) {
		count += name.len > 0;
		*secrets += name.len && what_is_secret(name, value);
	}
	return count;
}

static void tell_variables(struct what *what, struct text rest)
{
	struct text name, value;

	page_open(what->page, "variables", '[');
	while (split(&rest, &name, &value)) {
		if (name.len)
			tell_variable(what, name, value, what_is_secret(name, value));
	}
	page_close(what->page);
}

void what_tell_environment(struct what *what)
{
	int rc = what->facts.rcs[PROCESS_ENVIRON];
	size_t secrets, count;

	page_section(what->page, "environment");
	if (rc) {
		what_gap(what, "environment", rc);
		page_null(what->page, "count");
		page_null(what->page, "secrets");
		page_null(what->page, "variables");
		return;
	}
	count = count_variables(what->facts.environ, &secrets);
	FILE *line = page_line(what->page, "environment");
	if (count)
		fprintf(line, "%zu variable%s", count, units_plural(count));
	else
		fputs("none that can be read", line);
	if (secrets && !what->wish->environment)
		fprintf(line, ", %zu look%s secret and %s masked: --env", secrets,
			secrets == 1 ? "s" : "", secrets == 1 ? "is" : "are");
	page_number(what->page, "count", count);
	page_number(what->page, "secrets", secrets);
	tell_variables(what, what->facts.environ);
}
