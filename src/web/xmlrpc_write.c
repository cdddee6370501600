/*
 * XML of answers.  Line ends stand where supervisord has them: some people match
 * answers by text.
 */
#include "web/xmlrpc_write.h"

#include <string.h>

#include "wire/json.h"

#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

/* Constant texts, their length known to the compiler. */
#define PUT(b, text) buf_add(b, text, sizeof(text) - 1)

void
xml_reply_begin(struct buf *b)
{
	PUT(b, "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n");
}

void
xml_reply_end(struct buf *b)
{
	PUT(b, "</param>\n</params>\n</methodResponse>\n");
}

void
xml_fault(struct buf *b, const struct err *e)
{
	xml_struct_begin(b);
	xml_member(b, "faultCode");
	xml_int(b, e->code);
	xml_member_end(b);
	xml_member(b, "faultString");
	xml_string(b, e->msg, strlen(e->msg));
	xml_member_end(b);
	xml_struct_end(b);
}

void
xml_reply_fault(struct buf *b, const struct err *e)
{
	PUT(b, "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n");
	xml_fault(b, e);
	PUT(b, "</fault>\n</methodResponse>\n");
}

void
xml_int(struct buf *b, int64_t n)
{
	PUT(b, "<value><int>");
	buf_addi(b, n);
	PUT(b, "</int></value>\n");
}

void
xml_bool(struct buf *b, bool yes)
{
	if (yes)
		PUT(b, "<value><boolean>1</boolean></value>\n");
	else
		PUT(b, "<value><boolean>0</boolean></value>\n");
}

/*
 * What stands for the character at s instead of itself (NULL: itself), and in *len how
 * many bytes it has.  XML refuses control characters, and two of three bytes that
 * begin with ef bf.
 */
static const char *
instead(const unsigned char *s, size_t left, size_t *len)
{
	*len = 1;
	switch (*s) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\t':
	case '\n':
	case '\r':
		return NULL;
	default:
		break;
	}
	*len = *s < 0x80 ? 0 : json_utf8_len(s, left);
	if (*len == 3 && s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return REPLACEMENT;
	if (*len > 0)
		return NULL;
	*len = 1;
	return REPLACEMENT;
}

/* Copied as they are, without a second look. */
static const bool is_plain[256] = {
	[' ' ... '%'] = true, ['\'' ... ';'] = true, ['='] = true, ['?' ... 0x7f] = true,
};

void
xml_text(struct buf *b, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t from = 0, i = 0, n;	/* [from, i) is copied as it is */
	const char *other;

	if (buf_reserve(b, len) == -1)
		return;
	while (i < len) {
		if (is_plain[s[i]]) {
			i++;
			continue;
		}
		other = instead(s + i, len - i, &n);
		if (other != NULL) {
			buf_add(b, text + from, i - from);
			buf_adds(b, other);
			from = i + n;
		}
		i += n;
	}
	buf_add(b, text + from, len - from);
}

void
xml_string(struct buf *b, const char *text, size_t len)
{
	PUT(b, "<value><string>");
	xml_text(b, text, len);
	PUT(b, "</string></value>\n");
}

void
xml_array_begin(struct buf *b)
{
	PUT(b, "<value><array><data>\n");
}

void
xml_array_end(struct buf *b)
{
	PUT(b, "</data></array></value>\n");
}

void
xml_struct_begin(struct buf *b)
{
	PUT(b, "<value><struct>\n");
}

void
xml_member(struct buf *b, const char *name)
{
	PUT(b, "<member>\n<name>");
	xml_text(b, name, strlen(name));
	PUT(b, "</name>\n");
}

void
xml_member_end(struct buf *b)
{
	PUT(b, "</member>\n");
}

void
xml_struct_end(struct buf *b)
{
	PUT(b, "</struct></value>\n");
}
