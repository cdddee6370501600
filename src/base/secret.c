/*
 * Passwords, as supervisord's servers compare them.
 */
#include "base/secret.h"

#include <sys/types.h>
#include <bsd/string.h>
#include <sha1.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Equal, in a time that depends on the length of what was given only: the
 * digests are compared, so not even the length of ours shows.
 */
static bool
same(const char *given, const char *ours)
{
	uint8_t a[SHA1_DIGEST_LENGTH], b[SHA1_DIGEST_LENGTH];
	volatile unsigned differ = 0;
	SHA1_CTX ctx;

	SHA1Init(&ctx);
	SHA1Update(&ctx, (const uint8_t *)given, strlen(given));
	SHA1Final(a, &ctx);
	SHA1Init(&ctx);
	SHA1Update(&ctx, (const uint8_t *)ours, strlen(ours));
	SHA1Final(b, &ctx);
	for (size_t i = 0; i < sizeof(a); i++)
		differ |= (unsigned)(a[i] ^ b[i]);
	return differ == 0;
}

static bool
is_hidden(const char *password)
{
	return strncmp(password, SECRET_SHA, strlen(SECRET_SHA)) == 0;
}

bool
secret_check(const char *username, const char *password, const char *username_ours,
    const char *password_ours)
{
	char hex[SHA1_DIGEST_STRING_LENGTH];
	bool user_ok, password_ok;

	if (is_hidden(password_ours)) {
		password_ours += strlen(SECRET_SHA);
		SHA1Data((const uint8_t *)password, strlen(password), hex);
		password = hex;
	}
	user_ok = same(username, username_ours);
	password_ok = same(password, password_ours);
	return user_ok & password_ok;
}

void
secret_hide(const char *password, char hidden[SECRET_SHA_SIZE])
{
	char hex[SHA1_DIGEST_STRING_LENGTH];

	if (is_hidden(password)) {
		strlcpy(hidden, password, SECRET_SHA_SIZE);
		return;
	}
	SHA1Data((const uint8_t *)password, strlen(password), hex);
	strlcpy(hidden, SECRET_SHA, SECRET_SHA_SIZE);
	strlcat(hidden, hex, SECRET_SHA_SIZE);
}
