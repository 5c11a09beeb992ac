/*
 * The functions of libnfc that mrtdreader calls, on PC/SC: loaded before libnfc with LD_PRELOAD, they let a reader
 * that knows only NFC devices read a card in any PC/SC reader. One device, one card, one process.
 */
#include <nfc/nfc.h>
#include <stdio.h>
#include <string.h>
#include <winscard.h>

/* Longest response APDU: 65,536 bytes of data and a status word. */
#define LONGEST_RESPONSE 65538

static SCARDCONTEXT context;
static SCARDHANDLE card;
static DWORD protocol;
/* libnfc's device is opaque to its users: any address of ours will do. */
static int device;

void nfc_init(nfc_context **created)
{
    *created = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) ? NULL : (nfc_context *)&context;
}

void nfc_exit(nfc_context *unused)
{
    (void)unused;
    SCardReleaseContext(context);
}

size_t nfc_list_devices(nfc_context *unused, nfc_connstring names[], size_t capacity)
{
    (void)unused;
    if (capacity == 0)
        return 0;
    strcpy(names[0], "pcsc");
    return 1;
}

nfc_device *nfc_open(nfc_context *unused, const nfc_connstring name)
{
    char readers[1024];
    DWORD size = sizeof readers;

    (void)unused;
    (void)name;
    /* A list of names, each ended by a zero byte: the first is the reader we take. */
    if (SCardListReaders(context, NULL, readers, &size))
        return NULL;
    if (SCardConnect(context, readers, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol))
        return NULL;
    return (nfc_device *)&device;
}

void nfc_close(nfc_device *unused)
{
    (void)unused;
    SCardDisconnect(card, SCARD_RESET_CARD);
}

int nfc_initiator_init(nfc_device *unused)
{
    (void)unused;
    return 0;
}

const char *nfc_device_get_name(nfc_device *unused)
{
    (void)unused;
    return "PC/SC";
}

int nfc_device_set_property_bool(nfc_device *unused, const nfc_property property, const bool value)
{
    (void)unused;
    (void)property;
    (void)value;
    return 0;
}

void nfc_perror(const nfc_device *unused, const char *message)
{
    (void)unused;
    fprintf(stderr, "%s: PC/SC failed\n", message);
}

int nfc_initiator_select_passive_target(nfc_device *unused, const nfc_modulation modulation, const uint8_t *data,
                                        const size_t size, nfc_target *target)
{
    (void)unused;
    (void)data;
    (void)size;
    memset(target, 0, sizeof *target);
    target->nm = modulation;
    return 1;
}

int nfc_initiator_transceive_bytes(nfc_device *unused, const uint8_t *command, const size_t command_size,
                                   uint8_t *response, const size_t response_capacity, int timeout)
{
    static uint8_t received[LONGEST_RESPONSE];
    DWORD size = sizeof received;
    SCARD_IO_REQUEST header = {protocol, sizeof header};

    (void)unused;
    (void)timeout;
    if (SCardTransmit(card, &header, command, command_size, NULL, received, &size))
        return NFC_EIO;
    if (size > response_capacity)
        return NFC_EOVFLOW;
    memcpy(response, received, size);
    return (int)size;
}
