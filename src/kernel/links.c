/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/links.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/scope.h"

struct gathering {
	struct arena *arena;
	struct link *links;
	size_t count;
};

/** enum of include/uapi/linux/if.h, in the words of net/core/net-sysfs.c */
static const char *state_word(uint8_t state)
{
	static const char *const words[] = {
		[IF_OPER_UNKNOWN] = "unknown", [IF_OPER_NOTPRESENT] = "notpresent",
		[IF_OPER_DOWN] = "down",       [IF_OPER_LOWERLAYERDOWN] = "lowerlayerdown",
		[IF_OPER_TESTING] = "testing", [IF_OPER_DORMANT] = "dormant",
		[IF_OPER_UP] = "up",
	};

	return state < sizeof(words) / sizeof(words[0]) ? words[state] : NULL;
}

static struct text address_text(struct arena *arena, const uint8_t *bytes, size_t len)
{
	char *text = arena_zero(arena, len + 1, 3);

	for (size_t i = 0; i < len; i++)
		snprintf(text + 3 * i, 4, "%02x%s", bytes[i], i + 1 < len ? ":" : "");
	return text_of(text);
}

/** A link that is being read. */
struct reading {
	struct arena *arena;
	struct link *link;
};

static int take_attribute(const struct nlattr *attribute, void *data)
{
	const struct reading *reading = data;
	struct link *out = reading->link;
	const void *payload = mnl_attr_get_payload(attribute);
	size_t len = mnl_attr_get_payload_len(attribute);

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		memcpy(out->name, payload, len < IFNAMSIZ ? len : IFNAMSIZ - 1);
		break;
	case IFLA_MTU:
		if (len == sizeof(out->mtu))
			memcpy(&out->mtu, payload, len);
		break;
	case IFLA_OPERSTATE:
		out->state = len ? state_word(*(const uint8_t *)payload) : NULL;
		break;
	case IFLA_ADDRESS:
		out->address = address_text(reading->arena, payload, len);
		break;
	}
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *header, void *data)
{
	struct gathering *gathering = data;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(header);

	if (header->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(header) < sizeof(*info))
		return MNL_CB_OK;
	memory_grow(&gathering->links, gathering->count, sizeof(*gathering->links));
	struct link *link = &gathering->links[gathering->count++];
	*link = (struct link){ .index = (unsigned int)info->ifi_index };
	return mnl_attr_parse(header, sizeof(*info), take_attribute,
			      &(struct reading){ gathering->arena, link });
}

static int receive(struct mnl_socket *netlink, unsigned int sequence, struct gathering *gathering)
{
	char buffer[32768] __attribute__((aligned(8)));
	int rc = MNL_CB_OK;

	while (rc > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));

		if (len < 0)
			return -errno;
		rc = mnl_cb_run(buffer, (size_t)len, sequence, mnl_socket_get_portid(netlink),
				take_link, gathering);
	}
	return rc < 0 ? -errno : 0;
}

static int dump(struct mnl_socket *netlink, struct gathering *gathering)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	header->nlmsg_type = RTM_GETLINK;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	if (mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0)
		return -errno;
	return receive(netlink, header->nlmsg_seq, gathering);
}

/** ethtool(8)'s ETHTOOL_GSET: everybody may ask. Virtual interfaces have no speed. */
static void read_speed(int fd, struct link *link)
{
	struct ethtool_cmd command = { .cmd = ETHTOOL_GSET };
	struct ifreq request = { .ifr_data = (void *)&command };

	memcpy(request.ifr_name, link->name, IFNAMSIZ);
	if (ioctl(fd, SIOCETHTOOL, &request))
		return;
	uint32_t speed = ethtool_cmd_speed(&command);
	if (speed != (uint32_t)SPEED_UNKNOWN)
		link->speed_mbits = speed;
}

int links_read(struct arena *arena, struct link **ret, size_t *count)
{
	struct gathering gathering = { .arena = arena };
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	scope_fd fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!netlink)
		return -errno;
	int rc = dump(netlink, &gathering);
	mnl_socket_close(netlink);
	*ret = arena_zero(arena, gathering.count + 1, sizeof(**ret));
	*count = rc ? 0 : gathering.count;
	for (size_t i = 0; i < *count; i++) {
		(*ret)[i] = gathering.links[i];
		read_speed(fd, &(*ret)[i]);
	}
	free(gathering.links);
	return rc;
}
