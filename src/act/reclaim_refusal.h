/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Why a file is not emptied, in words: what and why, that nothing was changed, the way out. Each makes
 * the result RECLAIM_REFUSED.
 */
#pragma once
#include "act/reclaim.h"

/** Those that no option lifts. */
/** That it could not be got at, or is not there any more: `rc` of held_bind. */
void reclaim_refuse_bind(const struct reclaiming *context, struct reclaimed *reclaimed, int rc);
void reclaim_refuse_kind(const struct reclaiming *context, struct reclaimed *reclaimed);
void reclaim_refuse_lower(const struct reclaiming *context, struct reclaimed *reclaimed);
void reclaim_refuse_linked(const struct reclaiming *context, struct reclaimed *reclaimed);
void reclaim_refuse_stale(const struct reclaiming *context, struct reclaimed *reclaimed);
void reclaim_refuse_protected(const struct reclaiming *context, struct reclaimed *reclaimed,
			      enum protection protection);
void reclaim_refuse_sealed(const struct reclaiming *context, struct reclaimed *reclaimed,
			   int seals);
void reclaim_refuse_open(const struct reclaiming *context, struct reclaimed *reclaimed, int rc);
void reclaim_refuse_running(const struct reclaiming *context, struct reclaimed *reclaimed,
			    const struct stake *who);
void reclaim_refuse_backing(const struct reclaiming *context, struct reclaimed *reclaimed);
void reclaim_refuse_failed(const struct reclaiming *context, struct reclaimed *reclaimed, int rc);

/** Those that --discard lifts: somebody may still read it, or wants it back. */
void reclaim_refuse_kept(const struct reclaiming *context, struct reclaimed *reclaimed,
			 const struct stake *who);
void reclaim_refuse_read(const struct reclaiming *context, struct reclaimed *reclaimed,
			 const struct stake *who);
void reclaim_refuse_unseen(const struct reclaiming *context, struct reclaimed *reclaimed);
