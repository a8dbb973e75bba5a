// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

extension ConsulConfiguration {
    /// The addresses as URLs without a path, at least one, each once.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func baseURLs() throws -> [String] { try BackendKind.consul.urls(of: addresses, usingTLS: usesTLS) }

    /// The namespace, checked.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func validatedNamespace() throws -> ConsulNamespace {
        try NameRules.check(namespace: namespace)
        return ConsulNamespace(namespace)
    }

    /// What every read carries in its query.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func readParameters() throws -> [String] {
        var parameters = consistency == .default ? [] : [consistency.rawValue]
        if let datacenter {
            guard (1...64).contains(datacenter.utf8.count), datacenter.utf8.allSatisfy(Self.isWord) else {
                throw Self.invalid("the datacenter must be up to 64 of A-Z a-z 0-9 _ - (MICRO_REGISTRY_DATACENTER)")
            }
            parameters.append("dc=\(datacenter)")
        }
        return parameters
    }

    /// Whom to trust, and who to be.
    var tls: CurlTLS {
        CurlTLS(
            certificateAuthorityFile: certificateAuthorityFile, clientCertificateFile: clientCertificateFile,
            clientKeyFile: clientKeyFile)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.registry)
    }
}
