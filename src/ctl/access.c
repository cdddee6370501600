/*
 * Who may call.  The file mode of the socket decides who can connect at all;
 * here is what remains: our own uid and root are always admitted, others by
 * password where the section has one.
 */
#include "ctl/access.h"

#include <sha1.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHA_PREFIX "{SHA}"

int
access_init(struct access *a, const char *username, const char *password)
{
	*a = (struct access){ 0 };
	if (username == NULL)
		return 0;
	a->username = strdup(username);
	a->password = strdup(password != NULL ? password : "");
	if (a->username == NULL || a->password == NULL) {
		access_release(a);
		return -1;
	}
	return 0;
}

void
access_release(struct access *a)
{
	free(a->username);
	free(a->password);
	*a = (struct access){ 0 };
}

bool
access_is_owner(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

bool
access_admits(const struct access *a, uid_t uid)
{
	if (access_is_owner(uid))
		return true;
	return !a->own_only && a->username == NULL;
}

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

bool
access_check(const struct access *a, const char *username, const char *password)
{
	const char *ours = a->password;
	char hex[SHA1_DIGEST_STRING_LENGTH];
	bool user_ok, password_ok;

	if (a->username == NULL)
		return false;
	if (strncmp(ours, SHA_PREFIX, strlen(SHA_PREFIX)) == 0) {
		ours += strlen(SHA_PREFIX);
		SHA1Data((const uint8_t *)password, strlen(password), hex);
		password = hex;
	}
	user_ok = same(username, a->username);
	password_ok = same(password, ours);
	return user_ok & password_ok;
}
