/* SPDX-License-Identifier: GPL-2.0 */
/* What a call does to the contents of an area. */
#ifndef EFFECT_H
#define EFFECT_H

enum content_effect {
	EFFECT_PRESERVE,	/* every byte stays */
	EFFECT_DISCARD,		/* every page reads as zeroes afterwards */
	EFFECT_MAY_DISCARD,	/* any page may, until it is written again */
	EFFECT_REPLACE,		/* other contents, which were there before, come in */
};

#endif
