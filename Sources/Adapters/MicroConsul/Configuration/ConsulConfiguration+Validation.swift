// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import BackendSupport
import MicroCore

extension ConsulConfiguration: BackendConfiguration {
    package static var kind: BackendKind { .consul }

    /// The validated namespace.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func validatedNamespace() throws -> ConsulNamespace {
        try NameRules.check(namespace: namespace)
        return ConsulNamespace(namespace)
    }

    /// The query parameters of every read.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func readParameters() throws -> [String] {
        var parameters = consistency == .default ? [] : [consistency.rawValue]
        if let datacenter {
            guard (1...64).contains(datacenter.utf8.count), datacenter.utf8.allSatisfy(Self.isWord) else {
                throw Self.kind.invalid(
                    "the datacenter must be 1 to 64 of A-Z a-z 0-9 _ - (MICRO_REGISTRY_DATACENTER)")
            }
            parameters.append("dc=\(datacenter)")
        }
        return parameters
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}

extension BackendKind {
    static let consul = BackendKind(
        .registry, name: "Consul", nameWithArticle: "a Consul agent", authoritySetting: "CONSUL_CACERT",
        certificateSetting: "CONSUL_CLIENT_CERT", keySetting: "CONSUL_CLIENT_KEY",
        credentialsSetting: "CONSUL_HTTP_TOKEN", defaultPort: 8500,
        connectionLimit: "An agent closes connections beyond 200 of one client address (http_max_conns_per_client).")
}
