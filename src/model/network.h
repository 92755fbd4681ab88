/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A network interface, and what it did since it was made.
 */
#pragma once
#include "row/column.h"

struct network_row {
	struct facts facts;
	struct text name, state, address;
	uint64_t mtu, speed;
	uint64_t rx_bytes, rx_packets, rx_errors, rx_drops;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_drops;
};

enum network_column {
	NETWORK_NAME,
	NETWORK_STATE,
	NETWORK_ADDRESS,
	NETWORK_MTU,
	NETWORK_SPEED,
	NETWORK_RX_BYTES,
	NETWORK_RX_PACKETS,
	NETWORK_RX_ERRORS,
	NETWORK_RX_DROPS,
	NETWORK_TX_BYTES,
	NETWORK_TX_PACKETS,
	NETWORK_TX_ERRORS,
	NETWORK_TX_DROPS,
};

enum network_needs {
	NETWORK_NEED_LINK = 1 << 0, /**< rtnetlink */
};

extern const struct table network_table;
