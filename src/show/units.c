/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show/units.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const int64_t NS = 1000000000;

const char *units_size(char buffer[UNITS_MAX], uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	unsigned int power = 0;
	double amount = (double)bytes;

	if (bytes == 0)
		return memcpy(buffer, "0", 2);
	while (amount >= 999.5 && power < sizeof(units) - 2) {
		if (power == 0 && amount < 1024)
			break;
		amount /= 1024;
		power++;
	}
	if (power > 0 && amount < 9.95)
		snprintf(buffer, UNITS_MAX, "%.1f%c", amount, units[power]);
	else
		snprintf(buffer, UNITS_MAX, "%.0f%c", amount, units[power]);
	return buffer;
}

const char *units_duration(char buffer[UNITS_MAX], int64_t ns)
{
	int64_t seconds = (ns + NS / 2) / NS;
	int64_t minutes = (seconds + 30) / 60;

	if (ns < NS / 2)
		snprintf(buffer, UNITS_MAX, "%.2f s", (double)ns / (double)NS);
	else if (seconds < 100)
		snprintf(buffer, UNITS_MAX, "%" PRId64 " s", seconds ? seconds : 1);
	else if (minutes < 60)
		snprintf(buffer, UNITS_MAX, "%" PRId64 " min", minutes);
	else if (minutes < 24 * 60 && minutes % 60)
		snprintf(buffer, UNITS_MAX, "%" PRId64 " h %" PRId64 " min", minutes / 60,
			 minutes % 60);
	else if (minutes < 48 * 60)
		snprintf(buffer, UNITS_MAX, "%" PRId64 " h", minutes / 60);
	else
		snprintf(buffer, UNITS_MAX, "%" PRId64 " d", minutes / (24 * 60));
	return buffer;
}

/** Seconds rounded down, also before 1970, and what is left over. */
static time_t split(int64_t ns, int64_t *rest)
{
	int64_t seconds = ns / NS;

	*rest = ns % NS;
	if (*rest < 0) {
		*rest += NS;
		seconds--;
	}
	return seconds;
}

static const char *local(char buffer[UNITS_MAX], int64_t ns, const char *format)
{
	struct tm tm = { 0 };
	int64_t rest;
	time_t seconds = split(ns, &rest);

	localtime_r(&seconds, &tm);
	strftime(buffer, UNITS_MAX, format, &tm);
	return buffer;
}

const char *units_interval(char buffer[UNITS_MAX], int64_t ns)
{
	double ms = (double)ns / 1000000;

	if (ns < 1000)
		snprintf(buffer, UNITS_MAX, "%" PRId64 " ns", ns);
	else if (ms < 999.5)
		snprintf(buffer, UNITS_MAX, "%.3g ms", ms);
	else if (ms < 99950)
		snprintf(buffer, UNITS_MAX, "%.3g s", ms / 1000);
	else
		return units_duration(buffer, ns);
	return buffer;
}

const char *units_clockwise(char buffer[UNITS_MAX], uint64_t ns)
{
	uint64_t seconds = ns / (uint64_t)NS, minutes = seconds / 60, hours = minutes / 60;

	if (hours >= 24)
		snprintf(buffer, UNITS_MAX, "%" PRIu64 "-%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
			 hours / 24, hours % 24, minutes % 60, seconds % 60);
	else if (hours)
		snprintf(buffer, UNITS_MAX, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, hours,
			 minutes % 60, seconds % 60);
	else
		snprintf(buffer, UNITS_MAX, "%" PRIu64 ":%02" PRIu64, minutes, seconds % 60);
	return buffer;
}

const char *units_seconds(char buffer[UNITS_MAX], uint64_t ns)
{
	int len = snprintf(buffer, UNITS_MAX, "%" PRIu64 ".%09" PRIu64, ns / (uint64_t)NS,
			   ns % (uint64_t)NS);

	while (buffer[len - 1] == '0')
		buffer[--len] = 0;
	if (buffer[len - 1] == '.')
		buffer[--len] = 0;
	return buffer;
}

const char *units_moment(char buffer[UNITS_MAX], int64_t ns)
{
	return local(buffer, ns, "%Y-%m-%d %H:%M:%S");
}

const char *units_clock(char buffer[UNITS_MAX], int64_t ns)
{
	return local(buffer, ns, "%H:%M:%S");
}

const char *units_rfc3339(char buffer[UNITS_MAX], int64_t ns)
{
	struct tm tm = { 0 };
	int64_t rest;
	time_t seconds = split(ns, &rest);

	gmtime_r(&seconds, &tm);
	size_t len = strftime(buffer, UNITS_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest)
		snprintf(buffer + len, UNITS_MAX - len, ".%09" PRId64 "Z", rest);
	else
		snprintf(buffer + len, UNITS_MAX - len, "Z");
	return buffer;
}

unsigned int units_percent(uint64_t used, uint64_t free)
{
	double all = (double)used + (double)free;

	if (all <= 0)
		return 0;
	double percent = (double)used * 100 / all;
	unsigned int whole = (unsigned int)percent;
	return whole + (percent > whole);
}
