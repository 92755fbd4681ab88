/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/socktext.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scope.h"
#include "kernel/procfile.h"

enum { PIECE = 64 << 10, WORDS_MAX = 10, UNIX_WORDS = 7 };

/** Take `count` words, blanks between them, off the front of `line`. False when there are fewer. */
static bool take_words(struct text *line, struct text *words, size_t count)
{
	for (size_t taken = 0; taken < count;) {
		if (!text_next(line, ' ', &words[taken]))
			return false;
		taken += words[taken].len > 0;
	}
	return true;
}

static bool take_number(struct text word, unsigned int base, uint64_t limit, uint64_t *ret)
{
	return text_number(word, base, ret) == 0 && *ret <= limit;
}

/** "0100007F:1F90": the address in words as this machine has them in memory, the port as a number. */
static bool take_endpoint(struct text word, bool v6, struct endpoint *out)
{
	uint32_t address[4];
	size_t count = v6 ? 4 : 1;
	uint64_t number;
	struct text digits;

	if (!text_next(&word, ':', &digits) || digits.len != count * 8)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text_number(text_first(text_from(digits, i * 8), 8), 16, &number))
			return false;
		address[i] = (uint32_t)number;
	}
	if (v6)
		memcpy(out->address, address, sizeof(out->address));
	else
		endpoint_set_v4(out, address);
	if (!take_number(word, 16, UINT16_MAX, &number))
		return false;
	out->port = (uint16_t)number;
	return true;
}

/** "TX:RX" */
static bool take_queues(struct text word, struct socket *out)
{
	struct text unsent;
	uint64_t number;

	if (!text_next(&word, ':', &unsent) || !take_number(unsent, 16, UINT32_MAX, &number))
		return false;
	out->unsent = (uint32_t)number;
	if (!take_number(word, 16, UINT32_MAX, &number))
		return false;
	out->received = (uint32_t)number;
	out->queues_known = true;
	return true;
}

static bool parse_inet(struct text line, bool v6, struct socket *out)
{
	struct text words[WORDS_MAX];
	uint64_t state, uid;

	if (!take_words(&line, words, 10) || !text_ends(words[0], ":") ||
	    !take_endpoint(words[1], v6, &out->inet.local) ||
	    !take_endpoint(words[2], v6, &out->inet.remote) ||
	    !take_number(words[3], 16, UINT8_MAX, &state) || !take_queues(words[4], out) ||
	    !take_number(words[7], 10, UINT32_MAX, &uid) ||
	    !take_number(words[9], 10, UINT32_MAX, &out->ino))
		return false;
	out->family = v6 ? AF_INET6 : AF_INET;
	out->state = (uint8_t)state;
	out->uid = (uint32_t)uid;
	out->uid_known = true;
	if (out->kind == SOCKET_RAW) {
		out->protocol = out->inet.local.port;
		out->inet.local.port = out->inet.remote.port = 0;
	}
	return true;
}

/** Flags are __SO_ACCEPTCON or none, states those of enum socket_state in linux/net.h. */
static uint8_t unix_state(uint64_t flags, uint64_t state)
{
	enum { ACCEPTS = 1 << 16, CONNECTED = 3 };

	if (flags & ACCEPTS)
		return SOCKET_LISTEN;
	return state == CONNECTED ? SOCKET_ESTABLISHED : SOCKET_CLOSE;
}

static bool parse_unix(struct text line, struct socket *out)
{
	struct text words[WORDS_MAX];
	uint64_t flags, type, state;

	if (!take_words(&line, words, UNIX_WORDS) || !text_ends(words[0], ":") ||
	    !take_number(words[3], 16, UINT32_MAX, &flags) ||
	    !take_number(words[4], 16, UINT8_MAX, &type) ||
	    !take_number(words[5], 16, UINT8_MAX, &state) ||
	    !take_number(words[6], 10, UINT32_MAX, &out->ino))
		return false;
	out->family = AF_UNIX;
	out->type = (uint8_t)type;
	out->state = unix_state(flags, state);
	/* Made from a NUL: unix_seq_show of net/unix/af_unix.c. */
	out->un.abstract = text_starts(line, "@");
	out->un.name = text_from(line, out->un.abstract);
	return true;
}

static bool parse_packet(struct text line, struct socket *out)
{
	struct text words[WORDS_MAX];
	uint64_t type, protocol, interface, uid;

	if (!take_words(&line, words, 9) || !take_number(words[2], 10, UINT8_MAX, &type) ||
	    !take_number(words[3], 16, UINT16_MAX, &protocol) ||
	    !take_number(words[4], 10, UINT32_MAX, &interface) ||
	    !take_number(words[7], 10, UINT32_MAX, &uid) ||
	    !take_number(words[8], 10, UINT32_MAX, &out->ino))
		return false;
	out->family = AF_PACKET;
	out->type = (uint8_t)type;
	out->protocol = (uint32_t)protocol;
	out->interface = (uint32_t)interface;
	out->uid = (uint32_t)uid;
	out->uid_known = true;
	return true;
}

static bool parse_netlink(struct text line, struct socket *out)
{
	struct text words[WORDS_MAX];
	uint64_t protocol, portid;

	if (!take_words(&line, words, 10) || !take_number(words[1], 10, UINT8_MAX, &protocol) ||
	    !take_number(words[2], 10, UINT32_MAX, &portid) ||
	    !take_number(words[9], 10, UINT32_MAX, &out->ino))
		return false;
	out->family = AF_NETLINK;
	out->protocol = (uint32_t)protocol;
	out->netlink.portid = (uint32_t)portid;
	return true;
}

int socktext_parse(enum socket_kind kind, bool v6, struct text line, struct socket *out)
{
	struct socket socket = { .kind = kind };
	bool parsed = false;

	switch (kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
		parsed = parse_inet(line, v6, &socket);
		break;
	case SOCKET_UNIX:
		parsed = parse_unix(line, &socket);
		break;
	case SOCKET_PACKET:
		parsed = parse_packet(line, &socket);
		break;
	case SOCKET_NETLINK:
		parsed = parse_netlink(line, &socket);
		break;
	case SOCKET_MPTCP:
	case SOCKET_VSOCK:
	case SOCKET_KINDS:
		break;
	}
	if (!parsed)
		return -EINVAL;
	*out = socket;
	return 0;
}

struct reading {
	enum socket_kind kind;
	bool v6;
	sockdiag_found *found;
	void *context;
};

static void take_lines(const struct reading *reading, struct text lines)
{
	struct text line;
	struct socket socket;

	while (text_next(&lines, '\n', &line)) {
		if (socktext_parse(reading->kind, reading->v6, line, &socket) == 0)
			reading->found(reading->context, &socket);
	}
}

/** As it comes, so that its length costs no memory. */
static int read_file(int net, const char *name, const struct reading *reading)
{
	size_t kept = 0;
	scope_fd fd = openat(net, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	scope_free char *buffer = memory_resize(NULL, PIECE, 1);
	for (;;) {
		ssize_t got = read(fd, buffer + kept, PIECE - kept);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		size_t len = kept + (size_t)got;
		const char *end = memrchr(buffer, '\n', len);
		size_t whole = end ? (size_t)(end - buffer) + 1 : 0;
		take_lines(reading, (struct text){ buffer, whole });
		/* A line longer than all of it is no line of the kernel's. */
		kept = whole || len < PIECE ? len - whole : 0;
		memmove(buffer, buffer + whole, kept);
	}
}

int socktext_read(int net, enum socket_kind kind, sockdiag_found *found, void *context)
{
	static const struct {
		const char *name, *name6;
	} files[SOCKET_KINDS] = {
		[SOCKET_TCP] = { "tcp", "tcp6" },
		[SOCKET_UDP] = { "udp", "udp6" },
		[SOCKET_UDPLITE] = { "udplite", "udplite6" },
		[SOCKET_RAW] = { "raw", "raw6" },
		[SOCKET_PING] = { "icmp", "icmp6" },
		[SOCKET_UNIX] = { "unix", NULL },
		[SOCKET_PACKET] = { "packet", NULL },
		[SOCKET_NETLINK] = { "netlink", NULL },
	};

	if (!files[kind].name)
		return -ENOENT;
	int rc = read_file(net, files[kind].name, &(struct reading){ kind, false, found, context });
	if (rc || !files[kind].name6)
		return rc;
	rc = read_file(net, files[kind].name6, &(struct reading){ kind, true, found, context });
	return rc == -ENOENT ? 0 : rc; /* a kernel without IPv6 */
}

int socktext_count(int dirfd, const char *name, uint64_t *ret)
{
	char bytes[64];
	ssize_t len = procfile_read(dirfd, name, bytes, sizeof(bytes));
	struct text rest = { bytes, len > 0 ? (size_t)len : 0 }, line, words[3];

	if (len < 0)
		return (int)len;
	if (!text_next(&rest, '\n', &line) || !take_words(&line, words, 3) ||
	    !text_is(words[0], "sockets:"))
		return -EINVAL;
	return text_number(words[2], 10, ret);
}
