// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The options for TLS of the servers of gateway and sidecar, with Go Micro's names.
struct ServerTLSOptions: ParsableArguments {
    @Flag(help: "Serve over TLS (MICRO_ENABLE_TLS).")
    var enableTls = false

    @Option(help: "The file with the certificate chain, in PEM (MICRO_TLS_CERT_FILE).", completion: .file())
    var tlsCertFile: String?

    @Option(help: "The file with the private key, in PEM (MICRO_TLS_KEY_FILE).", completion: .file())
    var tlsKeyFile: String?

    @Option(help: "The file with the authorities of clients, in PEM (MICRO_TLS_CLIENT_CA_FILE).", completion: .file())
    var tlsClientCaFile: String?

    /// The environment variables of the options, with the values that are given.
    var variables: [(variable: String, value: String?)] {
        [
            ("MICRO_ENABLE_TLS", enableTls ? "true" : nil), ("MICRO_TLS_CERT_FILE", tlsCertFile),
            ("MICRO_TLS_KEY_FILE", tlsKeyFile), ("MICRO_TLS_CLIENT_CA_FILE", tlsClientCaFile),
        ]
    }
}
