/*
 * Passive Authentication with OpenSSL, for comparison: a CMS structure is parsed and verified, and its signer's certificate
 * with it, against one authority that stays decoded. Prints the nanoseconds that each of COUNT times took on average.
 *
 * openssl_verify CMS AUTHORITY COUNT
 */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned char *load(const char *path, long *length) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return NULL;
    *length = ftell(file);
    rewind(file);
    unsigned char *bytes = malloc((size_t)*length);
    if (!bytes || fread(bytes, 1, (size_t)*length, file) != (size_t)*length) return NULL;
    fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    long cms_length, authority_length;
    if (argc != 4) return 2;
    unsigned char *cms_bytes = load(argv[1], &cms_length);
    unsigned char *authority_bytes = load(argv[2], &authority_length);
    long count = atol(argv[3]);
    if (!cms_bytes || !authority_bytes || count < 1) return 2;
    const unsigned char *at = authority_bytes;
    X509 *authority = d2i_X509(NULL, &at, authority_length);
    X509_STORE *store = X509_STORE_new();
    if (!authority || !store || !X509_STORE_add_cert(store, authority)) return 3;
    X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long i = 0; i < count; i++) {
        at = cms_bytes;
        CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, cms_length);
        if (!cms || CMS_verify(cms, NULL, store, NULL, NULL, CMS_BINARY) != 1) {
            ERR_print_errors_fp(stderr);
            return 4;
        }
        CMS_ContentInfo_free(cms);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
    printf("%.0f\n", ns / (double)count);
    return 0;
}
