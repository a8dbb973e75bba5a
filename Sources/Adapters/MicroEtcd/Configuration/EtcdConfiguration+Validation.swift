// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import BackendSupport
import MicroCore

extension EtcdConfiguration: BackendConfiguration {
    package static var kind: BackendKind { .etcd }

    /// The validated layout of the keys.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func validatedKeys() throws -> EtcdKeys {
        try NameRules.check(namespace: namespace)
        guard (1...200).contains(prefix.utf8.count), prefix != "/",
            prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Self.kind.invalid(
                "the prefix of the keys must be 1 to 200 printable ASCII characters without spaces, and not a single slash, "
                    + "such as /micro/registry/ (MICRO_REGISTRY_PREFIX)")
        }
        return EtcdKeys(prefix: prefix, namespace: namespace)
    }

    /// The user to log in as; nil for none.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func credentials() throws -> EtcdCredentials? {
        switch (user, password) {
        case (nil, nil): return nil
        case (let user?, let password?) where !user.isEmpty: return EtcdCredentials(name: user, password: password)
        default:
            throw Self.kind.invalid(
                "a user needs a password, and a password a user: set ETCDCTL_USER=NAME:PASSWORD, or ETCDCTL_USER and "
                    + "ETCDCTL_PASSWORD")
        }
    }
}

extension BackendKind {
    static let etcd = BackendKind(
        .registry, name: "etcd", nameWithArticle: "an etcd member", authoritySetting: "ETCDCTL_CACERT",
        certificateSetting: "ETCDCTL_CERT", keySetting: "ETCDCTL_KEY",
        credentialsSetting: "ETCDCTL_USER and ETCDCTL_PASSWORD", defaultPort: 2379)
}
