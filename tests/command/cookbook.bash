#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The small machine of docs/cookbook.md, and what procowl says there.
#
#     unshare --pid --fork --mount-proc --net --uts bash cookbook.bash <docs/cookbook.md
#
# prints the document with the answers of this moment behind every query and command.
set -euo pipefail

bats_require_minimum_version() {
	:
}
skip() {
	echo "skip: $*"
	exit 77
}
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/command/lib.bash
. ./lib.bash

# start NAME STDERR OPERATION… : an actor of that name, whose errors go there
start() {
	local name=$1 stderr=$2
	shift 2
	# shellcheck disable=SC2016  # the other shell's
	program_start bash -c 'exec 2>>"$0" && exec "$@"' "$stderr" "$ACTOR" comm "$name" "$@"
}

# shop : processes that each question has something to say about
shop() {
	local log=/srv/log/shop.log
	ip link set lo up
	hostname owl
	mkdir /srv/log
	head -c 3M /dev/zero >orders.db
	head -c 64K /dev/zero >libshop.so.1
	http_proxy=http://proxy:3128 start shopd "$log" tcp-listen 0.0.0.0 8080 \
		tcp-connect 0 tcp-accept 0 close 1 tcp-connect 0 tcp-accept 0 close 3 \
		open app.log creat,w write 5 5M unlink app.log open orders.db rw flock 6 w \
		unix-listen /srv/shop/shopd.sock open access.log creat,w write 8 2M \
		pipe pipe pipe pipe pipe
	start importd "$log" namespace uts hostname shop-7f9c unix-connect /srv/shop/shopd.sock \
		open import.tmp creat,rw write 1 8M map 1 rw unlink import.tmp \
		open libshop.so.1 r map 2 r unlink libshop.so.1 close 2
	start backup /dev/null open orders.db r seek 0 1M
	(
		close_the_rest
		exec flock orders.db true <&- >/dev/null 2>&1
	) &
	until grep -q -- '-> FLOCK' /proc/locks; do
		:
	done
}

# answer_block LANGUAGE TEXT : the query or the commands, run
answer_block() {
	local language=$1 query=$2 line
	if [[ $language == sql ]]; then
		echo '```'
		procowl sql "$query" </dev/null || echo "exit status $?"
	else
		echo '```console'
		while read -r line; do
			echo "$line"
			bash -c "${line#\$ }" </dev/null || echo "exit status $?"
		done <<<"$(grep '^\$ ' <<<"$query")"
	fi
	echo '```'
}

# document : every block once more, its answer behind it. What was an answer before is left out.
document() {
	local line language='' block=''
	while IFS= read -r line; do
		case $line in
		'```sql' | '```console')
			language=${line#\`\`\`} block=
			while IFS= read -r line && [[ $line != '```' ]]; do
				block+=$line$'\n'
			done
			if [[ $language == sql ]]; then
				# shellcheck disable=SC2016  # what it says
				printf '```sql\n%s```\n\n' "$block"
				answer_block sql "$block"
			else
				answer_block console "$block"
			fi
			;;
		'```')
			while IFS= read -r line && [[ $line != '```' ]]; do
				:
			done
			IFS= read -r line || true # the empty one behind it
			;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

mount -t tmpfs -o size=64M,mode=755 tmpfs /srv || skip "may not mount here"
SCRATCH=/srv/shop
mkdir -p "$SCRATCH" /srv/bin
ln -s "$PROCOWL" /srv/bin/procowl
PATH=/srv/bin:$PATH
cd "$SCRATCH"
exec 3<&0 4>&1 2>/srv/errors
shop
exec 2>/dev/null
document <&3 >&4
situation_end 2>/dev/null || true
