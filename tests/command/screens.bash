# shellcheck shell=bash
# shellcheck disable=SC2154  # status and output: whoever runs something sets them
# SPDX-License-Identifier: GPL-2.0-or-later
# Comparing what is on a screen with what should be, line by line.

# How wide the terminal is.
WIDTH=100

# pattern_of LINE : a regular expression
pattern_of() {
	sed -E -e 's/[][\.*^$+?(){}|]/\\&/g' \
		-e 's/<clock>/[0-2][0-9]:[0-5][0-9]:[0-5][0-9]/g' \
		-e 's/<time>/([0-9]+\\.[0-9]+ s|[0-9]+ s|[0-9]+ min)/g' \
		-e 's/<size>/(0|[0-9]{1,4}|[0-9]\\.[0-9][KMGT]|[0-9]{2,4}[KMGT])/g' \
		-e 's/<words>/[a-z, ]+/g' -e 's/<rest>/.+/g' \
		-e 's/<n>/[0-9]+/g' \
		-e 's/<path> +/[^ ]+ +/g' <<<"$1"
}

# shows STATUS [WIDE] <SCREEN : the screen is this one. A placeholder <…> stands for a value; a
# line that begins with <many> is there at least once. No line is longer than the terminal is
# wide, unless WIDE says that one is.
shows() {
	local -a want have
	local w h=0 line pattern bad=''
	mapfile -t want
	mapfile -t have <<<"$output"
	for ((w = 0; w < ${#want[@]}; w++)); do
		line=${want[w]}
		pattern=^$(pattern_of "${line#<many>}")\$
		[[ ${have[h]-} =~ $pattern ]] || {
			bad="line $((h + 1)) should be: ${line:-(empty)}"
			break
		}
		((++h))
		while [[ $line == '<many>'* && ${have[h]-} =~ $pattern ]]; do
			((++h))
		done
	done
	[[ -n $bad ]] || ((h == ${#have[@]})) || bad="line $((h + 1)) is one too many"
	for line in "${have[@]}"; do
		[[ -n ${2-} ]] || ((${#line} <= WIDTH)) ||
			bad="${bad:+$bad; }a line of ${#line} columns: $line"
	done
	((status == $1)) || bad="${bad:+$bad; }the exit status should be $1"
	[[ -z $bad ]] || {
		echo "$bad"
		show_answer
	}
}
