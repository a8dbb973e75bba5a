// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

extension EtcdConfiguration {
    /// The addresses as URLs without a path, at least one, each once.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func baseURLs() throws -> [String] { try BackendKind.etcd.urls(of: addresses, usingTLS: usesTLS) }

    /// The layout of the keys, checked.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func validatedKeys() throws -> EtcdKeys {
        try NameRules.check(namespace: namespace)
        guard (1...200).contains(prefix.utf8.count), prefix != "/",
            prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Self.invalid(
                "the prefix of the keys must be 1 to 200 printable characters without spaces, and more than a slash, "
                    + "such as /micro/registry/ (MICRO_REGISTRY_PREFIX)")
        }
        return EtcdKeys(prefix: prefix, namespace: namespace)
    }

    /// Whom to log in as; nil for nobody.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func credentials() throws -> EtcdCredentials? {
        switch (user, password) {
        case (nil, nil): return nil
        case (let user?, let password?) where !user.isEmpty: return EtcdCredentials(name: user, password: password)
        default:
            throw Self.invalid(
                "a user needs a password, and a password a user: set ETCDCTL_USER=NAME:PASSWORD, or ETCDCTL_USER and "
                    + "ETCDCTL_PASSWORD")
        }
    }

    /// Whom to trust, and who to be.
    var tls: CurlTLS {
        CurlTLS(
            certificateAuthorityFile: certificateAuthorityFile, clientCertificateFile: clientCertificateFile,
            clientKeyFile: clientKeyFile)
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.registry)
    }
}

extension BackendKind {
    static let etcd = BackendKind(
        .registry, name: "etcd", nameWithArticle: "an etcd member", authoritySetting: "ETCDCTL_CACERT",
        certificateSetting: "ETCDCTL_CERT",
        keySetting: "ETCDCTL_KEY")
}
