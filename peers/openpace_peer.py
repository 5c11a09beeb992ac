"""OpenPACE as a peer of Kendt's tests: one party of PACE or of Chip Authentication, driven line by line.

Started as `openpace_peer.py LIBEAC` with the path of OpenPACE's shared library. Each line of standard input is one
command with its arguments, byte strings in hexadecimal; each is answered by one line, `ok` with the results or `error`
with the reason. The process ends with its input. Neither it nor OpenPACE is part of the product.

Generic mapping only: OpenPACE's integrated mapping is that of a draft (TR-03110 2.01), which maps the encrypted nonce
itself instead of the pseudo-random number of Doc 9303-11 4.4.3.3.2, and leaves the generator of a curve unmapped.

    pace NAME PARAMETERS can|mrz|raw SECRET   begin PACE, e.g. `pace id-PACE-ECDH-GM-AES-CBC-CMAC-128 13 can 313233343536`
                                              (mrz: the lines of a TD1 card; raw: the password as Doc 9303-11 9.7.3 hashes it)
    nonce                                     chip: choose the nonce, answer it encrypted
    decrypt-nonce CIPHERTEXT                  terminal: learn the nonce
    mapping-data                              make own mapping data, a public key
    map DATA                                  map the generator with the other party's mapping data
    ephemeral                                 make the ephemeral key on the mapped generator, answer the public key
    agree PUBLIC                              agree with the other party's ephemeral key and derive the session keys
    token PUBLIC                              the authentication token over the other party's public key
    verify TOKEN                              check the other party's token
    ca NAME PARAMETERS                        begin Chip Authentication, version 1 (keys derived without a nonce)
    ca-key PRIVATE PUBLIC                     chip: its static key
    ca-ephemeral                              terminal: make an ephemeral key, answer the public key
    ca-agree PUBLIC                           agree with the other party's key and derive the session keys
    secure pace|ca                            use the session keys of that protocol from here on
    encrypt SSC DATA | decrypt SSC DATA       padded data, with the send sequence counter as a number
    mac SSC DATA                              over counter and padded data
"""

import ctypes
import os
import sys

PACE_SECRET = {"mrz": 1, "can": 2, "raw": 5}
ENCRYPTION_CONTEXT = {"pace": 0, "ca": 1}


class Buffer(ctypes.Structure):
    """BUF_MEM of OpenSSL."""

    _fields_ = [
        ("length", ctypes.c_size_t),
        ("data", ctypes.c_void_p),
        ("max", ctypes.c_size_t),
        ("flags", ctypes.c_ulong),
    ]


class Refused(Exception):
    """OpenPACE did not do what it was asked."""


class Peer:
    """One party and the protocol it is in."""

    def __init__(self, library):
        self.eac = ctypes.CDLL(library)
        for name in (
            "EAC_CTX_new", "PACE_SEC_new", "BUF_MEM_create_init", "PACE_STEP1_enc_nonce",
            "PACE_STEP3A_generate_mapping_data", "PACE_STEP3B_generate_ephemeral_key",
            "PACE_STEP3D_compute_authentication_token", "CA_STEP2_get_eph_pubkey", "TA_STEP3_generate_ephemeral_key",
            "EAC_encrypt", "EAC_decrypt", "EAC_authenticate",
        ):
            getattr(self.eac, name).restype = ctypes.c_void_p
        self.eac.EAC_init()
        self.context = None
        self.secret = None

    def buffer(self, data):
        """`data` as a BUF_MEM; never freed, since the process is short-lived."""
        return ctypes.c_void_p(self.eac.BUF_MEM_create_init(bytes(data), ctypes.c_size_t(len(data))))

    def taken(self, what, pointer):
        """The bytes of a BUF_MEM that OpenPACE made."""
        if not pointer:
            raise Refused(what)
        buffer = Buffer.from_address(pointer)
        return ctypes.string_at(buffer.data, buffer.length)

    def require(self, what, result):
        """OpenPACE says 1 for success, 0 or less for failure."""
        if result != 1:
            raise Refused(what)

    def protocol(self, name):
        number = self.eac.EAC_OBJ_txt2nid(name.encode())
        if number == 0:
            raise Refused("unknown protocol " + name)
        return number

    def begin(self):
        self.context = ctypes.c_void_p(self.eac.EAC_CTX_new())
        if not self.context:
            raise Refused("no context")

    def pace(self, name, parameters, kind, secret):
        self.begin()
        secret = bytes.fromhex(secret)
        self.secret = ctypes.c_void_p(
            self.eac.PACE_SEC_new(secret, ctypes.c_size_t(len(secret)), PACE_SECRET[kind])
        )
        if not self.secret:
            raise Refused("this is no such password")
        self.require("init", self.eac.EAC_CTX_init_pace(self.context, self.protocol(name), int(parameters)))

    def nonce(self):
        return self.taken("nonce", self.eac.PACE_STEP1_enc_nonce(self.context, self.secret))

    def decrypt_nonce(self, ciphertext):
        self.require(
            "decrypt", self.eac.PACE_STEP2_dec_nonce(self.context, self.secret, self.buffer(bytes.fromhex(ciphertext)))
        )

    def mapping_data(self):
        return self.taken("mapping data", self.eac.PACE_STEP3A_generate_mapping_data(self.context))

    def map(self, data):
        self.require("map", self.eac.PACE_STEP3A_map_generator(self.context, self.buffer(bytes.fromhex(data))))

    def ephemeral(self):
        return self.taken("ephemeral key", self.eac.PACE_STEP3B_generate_ephemeral_key(self.context))

    def agree(self, public):
        self.require(
            "agreement", self.eac.PACE_STEP3B_compute_shared_secret(self.context, self.buffer(bytes.fromhex(public)))
        )
        self.require("key derivation", self.eac.PACE_STEP3C_derive_keys(self.context))

    def token(self, public):
        return self.taken(
            "token",
            self.eac.PACE_STEP3D_compute_authentication_token(self.context, self.buffer(bytes.fromhex(public))),
        )

    def verify(self, token):
        self.require(
            "wrong token",
            self.eac.PACE_STEP3D_verify_authentication_token(self.context, self.buffer(bytes.fromhex(token))),
        )

    def ca(self, name, parameters):
        if not self.context:
            self.begin()
        self.require("init", self.eac.EAC_CTX_init_ca(self.context, self.protocol(name), int(parameters)))

    def ca_key(self, private, public):
        private, public = bytes.fromhex(private), bytes.fromhex(public)
        self.require(
            "key",
            self.eac.CA_set_key(
                self.context, private, ctypes.c_size_t(len(private)), public, ctypes.c_size_t(len(public))
            ),
        )

    def ca_ephemeral(self):
        self.taken("ephemeral key", self.eac.TA_STEP3_generate_ephemeral_key(self.context))
        return self.taken("ephemeral key", self.eac.CA_STEP2_get_eph_pubkey(self.context))

    def ca_agree(self, public):
        self.require(
            "agreement", self.eac.CA_STEP4_compute_shared_secret(self.context, self.buffer(bytes.fromhex(public)))
        )
        # Version 1 has neither nonce nor token: OpenPACE derives the keys, then answers that no token was given.
        if self.eac.CA_STEP6_derive_keys(self.context, None, None) != -1:
            raise Refused("a missing token was accepted")

    def secure(self, protocol):
        self.require("secure", self.eac.EAC_CTX_set_encryption_ctx(self.context, ENCRYPTION_CONTEXT[protocol]))

    def counted(self, function, counter, data):
        self.require("counter", self.eac.EAC_set_ssc(self.context, ctypes.c_ulong(int(counter))))
        return self.taken(function.__name__, function(self.context, self.buffer(bytes.fromhex(data))))

    def encrypt(self, counter, data):
        return self.counted(self.eac.EAC_encrypt, counter, data)

    def decrypt(self, counter, data):
        return self.counted(self.eac.EAC_decrypt, counter, data)

    def mac(self, counter, data):
        return self.counted(self.eac.EAC_authenticate, counter, data)


COMMANDS = (
    "pace", "nonce", "decrypt-nonce", "mapping-data", "map", "ephemeral", "agree", "token", "verify",
    "ca", "ca-key", "ca-ephemeral", "ca-agree", "secure", "encrypt", "decrypt", "mac",
)


def answer(peer, line):
    command, *arguments = line.split()
    if command not in COMMANDS:
        return "error unknown command " + command
    try:
        result = getattr(peer, command.replace("-", "_"))(*arguments)
    except Refused as refused:
        return "error " + str(refused)
    except (KeyError, TypeError, ValueError) as wrong:
        return "error wrong arguments: " + str(wrong)
    return "ok" if result is None else "ok " + result.hex()


def main():
    # OpenPACE prints its own errors to standard output: they go to standard error, the answers keep the pipe.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    peer = Peer(sys.argv[1])
    for line in sys.stdin:
        if line.strip():
            print(answer(peer, line), file=answers, flush=True)


if __name__ == "__main__":
    main()
