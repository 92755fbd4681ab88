/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which network interfaces are there, and what did they do? Those of our network namespace.
 */
#include "ask/machine.h"
#include "kernel/links.h"
#include "kernel/netdev.h"
#include "model/network.h"

struct links {
	const struct link *items;
	size_t count;
};

static const struct link *find(const struct links *links, struct text name)
{
	for (size_t i = 0; i < links->count; i++) {
		if (text_is(name, links->items[i].name))
			return &links->items[i];
	}
	return NULL;
}

static void tell_link(const struct link *link, struct network_row *row)
{
	row->state = text_of(link->state);
	row->address = link->address;
	row->mtu = link->mtu;
	row->speed = link->speed_mbits * 1000000;
	if (link->state)
		facts_know(&row->facts, NETWORK_STATE);
	if (link->address.len)
		facts_know(&row->facts, NETWORK_ADDRESS);
	if (link->mtu)
		facts_know(&row->facts, NETWORK_MTU);
	if (link->speed_mbits)
		facts_know(&row->facts, NETWORK_SPEED);
}

static struct network_row *make_row(struct machine *machine, const struct netdev *device)
{
	struct network_row *row = arena_zero(&machine->arena, 1, sizeof(*row));

	row->name = device->name;
	row->rx_bytes = device->received.bytes;
	row->rx_packets = device->received.packets;
	row->rx_errors = device->received.errors;
	row->rx_drops = device->received.drops;
	row->tx_bytes = device->sent.bytes;
	row->tx_packets = device->sent.packets;
	row->tx_errors = device->sent.errors;
	row->tx_drops = device->sent.drops;
	facts_know(&row->facts, NETWORK_NAME);
	for (unsigned int i = NETWORK_RX_BYTES; i <= NETWORK_TX_DROPS; i++)
		facts_know(&row->facts, i);
	return row;
}

static int fill(struct machine *machine)
{
	const struct source *source = machine->inquiry->source;
	struct links links = { 0 };
	struct link *items = NULL;
	struct netdev device;
	struct text text;
	/* The first process of another PID namespace is the one whose network is meant there. */
	int rc = machine_load(machine, source->foreign ? "1/net/dev" : "self/net/dev", NETDEV_MAX,
			      &text);

	if (!source->foreign && (sink_needs(machine->inquiry->sink) & NETWORK_NEED_LINK) &&
	    links_read(&machine->arena, &items, &links.count) == 0)
		links.items = items;
	while (!rc && netdev_next(&text, &device)) {
		struct network_row *row = make_row(machine, &device);
		const struct link *link = find(&links, row->name);

		if (link)
			tell_link(link, row);
		if (!machine_push(machine, row))
			break;
	}
	return rc;
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	return machine_ask(inquiry, outcome, err, fill);
}

const struct question question_networks = {
	.name = "networks",
	.asks = "which network interfaces are there, and what did they do?",
	.table = &network_table,
	.ask = ask,
};
