/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The one encoder for bytes that another program chose. Control characters, DEL, C1, bidirectional
 * controls, line separators and invalid UTF-8 become \xNN byte by byte, a backslash becomes \\.
 * What comes out is valid UTF-8 on one line, cannot steer a terminal, and can be turned back.
 */
#pragma once
#include <stdio.h>

#include "base/text.h"

/** Write `text` encoded. */
void encode_write(FILE *out, struct text text);

/**
 * Write `text` so that it cannot steer a terminal, but a backslash as it is: for sentences of ours that
 * quote what somebody typed, or what has passed the encoder already.
 */
void encode_sentence(FILE *out, struct text text);

/** encode_write for people: where the locale is not UTF-8, all that is not ASCII is written \xNN too. */
void encode_shown(FILE *out, struct text text);

/** What encode_shown writes, for a message. The caller frees; out of memory ends the program. */
char *encode_copy(struct text text);

/** True when encoding changes nothing. */
bool encode_is_plain(struct text text);

/** True when the bytes are valid UTF-8 (RFC 3629: no surrogates, nothing overlong). */
bool encode_is_utf8(struct text text);

/** Write `text` as base64 (RFC 4648, padded). */
void encode_base64(FILE *out, struct text text);

/**
 * Write `text` as one word for a POSIX shell: bare when every byte is harmless there, else in single
 * quotes. False, and nothing written, when it is not plain: then a hint must use a handle.
 */
bool encode_shell_word(FILE *out, struct text text);

/** The same for any bytes: what is not plain stands in $'…', as bash, zsh and ksh read it. */
void encode_shell_exact(FILE *out, struct text text);
