// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Where etcd is, and how it is asked.
///
/// Configuration keys: `micro.registry.address` (`MICRO_REGISTRY_ADDRESS`), `micro.registry.namespace`,
/// `micro.registry.prefix`, and etcd's own `etcdctl.user` (`ETCDCTL_USER`: a name, or `name:password`),
/// `etcdctl.password` (`ETCDCTL_PASSWORD`), `etcdctl.cacert` (`ETCDCTL_CACERT`), `etcdctl.cert` (`ETCDCTL_CERT`) and
/// `etcdctl.key` (`ETCDCTL_KEY`).
public struct EtcdConfiguration: Sendable {
    /// How fresh an answer must be
    /// ([etcd's documentation](https://etcd.io/docs/v3.5/learning/api_guarantees/#isolation-level-and-consistency-of-replicas)).
    public enum Consistency: String, Sendable, Hashable, CaseIterable {
        /// As the majority of the members has it: everything that was written before is seen.
        case linearizable
        /// As the member that is asked has it, also without a leader: it may be behind.
        case serializable
    }

    /// The members: `host:port`, or a URL of `http` or `https`; `127.0.0.1:2379` by default. The first that answers is
    /// used, until it does not any more.
    public var addresses = ["127.0.0.1:2379"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// Whether an address without a scheme is one of `https`; false by default.
    public var usesTLS = false

    /// Path of a PEM file of the authorities to trust, in place of the system's. The server's certificate and name are
    /// always verified.
    public var certificateAuthorityFile: String?

    /// Path of a PEM file with the certificate to show to a member that verifies its clients.
    public var clientCertificateFile: String?

    /// Path of a PEM file with the key of that certificate; nil when it is in the same file.
    public var clientKeyFile: String?

    /// The user to log in as, where authentication is enabled; none by default.
    public var user: String?

    /// The password of ``user``.
    public var password: Secret?

    /// Sets services apart that share an etcd: `[A-Za-z0-9_-]{0,63}`, empty by default, which is go-micro's layout.
    ///
    /// It becomes a part of the prefix: `/micro/registry@NAMESPACE/`.
    public var namespace = ""

    /// What the keys begin with: `/micro/registry/` by default, as in go-micro since 1.18. Its etcd plugin before that had
    /// `/micro-registry/`, and ports apart from addresses: with this prefix they are written so.
    public var prefix = "/micro/registry/"

    /// How fresh lookups, lists and watches are.
    public var consistency = Consistency.linearizable

    /// How long one operation may take, with all the addresses that it tries; 5 s by default. Of several addresses, one
    /// that does not answer is left after its share.
    public var timeout: Duration = .seconds(5)

    /// How long a watch stays on one connection; 30 s by default. A dead connection is noticed after this time and
    /// ``timeout``.
    public var watchRenewalInterval: Duration = .seconds(30)

    /// The largest answer to accept, in bytes; 64 MiB by default. It holds for one message of a watch too, and for all
    /// pages of a list together.
    public var maxResponseSize = 64 * 1024 * 1024

    /// The defaults.
    public init() {}

    /// The defaults, changed by the settings of a reader.
    public init(configReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.registry.address") { address = text }
        namespace = reader.nonEmptyString("micro.registry.namespace") ?? namespace
        prefix = reader.nonEmptyString("micro.registry.prefix") ?? prefix
        user = reader.nonEmptyString("etcdctl.user", isSecret: true)
        password = reader.nonEmptyString("etcdctl.password", isSecret: true).map(Secret.init)
        // As in etcdctl: a name with a colon has its password beside it.
        if password == nil, let parts = user?.split(separator: ":", maxSplits: 1), parts.count == 2 {
            (user, password) = (String(parts[0]), Secret(String(parts[1])))
        }
        certificateAuthorityFile = reader.nonEmptyString("etcdctl.cacert")
        clientCertificateFile = reader.nonEmptyString("etcdctl.cert")
        clientKeyFile = reader.nonEmptyString("etcdctl.key")
    }
}
