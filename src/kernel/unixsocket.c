/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/unixsocket.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int option_of(int fd, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) ? -errno : value;
}

/** A path ends with its NUL, or with the address; an abstract name begins with one: unix(7). */
static struct text take_name(const struct sockaddr_un *address, socklen_t len, bool *abstract)
{
	const size_t before = offsetof(struct sockaddr_un, sun_path);
	struct text name = { address->sun_path, len > before ? len - before : 0 };

	if (name.len > sizeof(address->sun_path))
		name.len = sizeof(address->sun_path);
	*abstract = name.len && !name.bytes[0];
	return *abstract ? text_from(name, 1) : text_first(name, strnlen(name.bytes, name.len));
}

static void take_queues(int fd, struct socket *out)
{
	int received = 0, unsent = 0;

	/* Of who listens it is a number of connections, which only sock_diag tells. */
	if (ioctl(fd, SIOCINQ, &received) || ioctl(fd, SIOCOUTQ, &unsent))
		return;
	out->queues_known = true;
	out->received = (uint32_t)received;
	out->unsent = (uint32_t)unsent;
}

int unixsocket_look(int fd, uint64_t ino, struct unixsocket_names *names, struct socket *out)
{
	socklen_t own = sizeof(names->own), other = sizeof(names->other);
	struct stat stat;

	if (fstat(fd, &stat))
		return -errno;
	if (!S_ISSOCK(stat.st_mode) || stat.st_ino != ino || option_of(fd, SO_DOMAIN) != AF_UNIX)
		return -ESTALE;
	if (getsockname(fd, (struct sockaddr *)&names->own, &own))
		return -errno;
	*out = (struct socket){ .ino = ino,
				.kind = SOCKET_UNIX,
				.family = AF_UNIX,
				.type = (uint8_t)option_of(fd, SO_TYPE),
				.state = SOCKET_CLOSE };
	out->un.name = take_name(&names->own, own, &out->un.abstract);
	if (option_of(fd, SO_ACCEPTCONN) > 0) {
		out->state = SOCKET_LISTEN;
		return 0;
	}
	if (getpeername(fd, (struct sockaddr *)&names->other, &other) == 0) {
		out->state = SOCKET_ESTABLISHED;
		out->un.other = take_name(&names->other, other, &out->un.other_abstract);
	}
	take_queues(fd, out);
	return 0;
}
