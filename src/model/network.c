/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/network.h"

#define AT(field) offsetof(struct network_row, field)
enum { SHOWN = COLUMN_DEFAULT, LINK = NETWORK_NEED_LINK };

/* clang-format off */
static const struct column columns[] = {
	[NETWORK_NAME]       = { "name",       TYPE_TEXT,  SHOWN, AT(name),       0,    "what it is called: eth0" },
	[NETWORK_STATE]      = { "state",      TYPE_WORD,  SHOWN, AT(state),      LINK, "the kernel's word: up down dormant …; unknown where its kind has none" },
	[NETWORK_ADDRESS]    = { "address",    TYPE_TEXT,  0,     AT(address),    LINK, "its hardware address" },
	[NETWORK_MTU]        = { "mtu",        TYPE_COUNT, SHOWN, AT(mtu),        LINK, "the largest packet, in bytes" },
	[NETWORK_SPEED]      = { "speed",      TYPE_COUNT, SHOWN, AT(speed),      LINK, "bits a second; virtual ones have none" },
	[NETWORK_RX_BYTES]   = { "rx_bytes",   TYPE_SIZE,  SHOWN, AT(rx_bytes),   0,    "bytes that came in" },
	[NETWORK_RX_PACKETS] = { "rx_packets", TYPE_COUNT, SHOWN, AT(rx_packets), 0,    "packets that came in" },
	[NETWORK_RX_ERRORS]  = { "rx_errors",  TYPE_COUNT, SHOWN, AT(rx_errors),  0,    "of those, bad ones" },
	[NETWORK_RX_DROPS]   = { "rx_drops",   TYPE_COUNT, SHOWN, AT(rx_drops),   0,    "packets that came in and were dropped" },
	[NETWORK_TX_BYTES]   = { "tx_bytes",   TYPE_SIZE,  SHOWN, AT(tx_bytes),   0,    "bytes that went out" },
	[NETWORK_TX_PACKETS] = { "tx_packets", TYPE_COUNT, SHOWN, AT(tx_packets), 0,    "packets that went out" },
	[NETWORK_TX_ERRORS]  = { "tx_errors",  TYPE_COUNT, SHOWN, AT(tx_errors),  0,    "packets that could not be sent" },
	[NETWORK_TX_DROPS]   = { "tx_drops",   TYPE_COUNT, SHOWN, AT(tx_drops),   0,    "packets that were dropped instead" },
};
/* clang-format on */
#undef AT

const struct table network_table = { columns, sizeof(columns) / sizeof(columns[0]) };
