/*
 * Scalars of XML-RPC.
 */
#include "web/xmlrpc_scalar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

static const char *
skip_blanks(const char *s)
{
	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	return s;
}

bool
scalar_int(const char *text, int64_t *n)
{
	const char *s = skip_blanks(text);
	bool minus = *s == '-';
	uint64_t u = 0, max = minus ? (uint64_t)INT64_MAX + 1 : INT64_MAX;

	if (*s == '-' || *s == '+')
		s++;
	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		u = u > (max - digit) / 10 ? max : u * 10 + digit;
	}
	*n = (int64_t)(minus ? 0 - u : u);
	return *skip_blanks(s) == '\0';
}

bool
scalar_double(const char *text, double *d)
{
	const char *s = skip_blanks(text);
	char *end;

	/* strtod knows more than numbers: hex, infinity, nan. */
	if (s[strspn(s, "+-.0123456789eE \t\r\n")] != '\0')
		return false;
	*d = strtod(s, &end);
	return end > s && *skip_blanks(end) == '\0' && isfinite(*d);
}

bool
scalar_bool(const char *text, bool *yes)
{
	*yes = strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
	return *yes || strcmp(text, "0") == 0 || strcmp(text, "false") == 0;
}

static int
two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

bool
scalar_is_date(const char *text)
{
	static const char form[] = "########T##:##:##";
	size_t i;

	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == '#' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return text[i] == '\0' && strncmp(text, "0000", 4) != 0 &&
	    two_digits(text + 4) >= 1 && two_digits(text + 4) <= 12 &&
	    two_digits(text + 6) >= 1 && two_digits(text + 6) <= 31 &&
	    two_digits(text + 9) <= 23 && two_digits(text + 12) <= 59 &&
	    two_digits(text + 15) <= 61;
}

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
scalar_base64(char *text, size_t *len)
{
	unsigned bits = 0;
	size_t n = 0, digits = 0, pads = 0;

	/* What is decoded never reaches what is still to be read. */
	for (const char *s = text; *s != '\0'; s++) {
		if (*s == '=' && digits % 4 >= 2 && ++pads + digits % 4 == 4)
			break;		/* what follows the end is not looked at */
		if (sextet(*s) == -1)
			continue;
		pads = 0;
		bits = bits << 6 | (unsigned)sextet(*s);
		if (++digits % 4 != 1)
			text[n++] = (char)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	if (digits % 4 + pads != 4 && digits % 4 != 0)
		return false;
	text[n] = '\0';
	*len = n;
	return json_is_utf8(text, n);
}
