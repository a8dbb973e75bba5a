// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Configuration of an ``EtcdRegistry``.
///
/// Configuration keys: `micro.registry.address` (`MICRO_REGISTRY_ADDRESS`), `micro.registry.namespace`,
/// `micro.registry.prefix`, and etcd's own `etcdctl.user` (`ETCDCTL_USER`: a name, or `name:password`),
/// `etcdctl.password` (`ETCDCTL_PASSWORD`), `etcdctl.cacert` (`ETCDCTL_CACERT`), `etcdctl.cert` (`ETCDCTL_CERT`) and
/// `etcdctl.key` (`ETCDCTL_KEY`).
public struct EtcdConfiguration: Sendable {
    /// The consistency of reads
    /// ([etcd's documentation](https://etcd.io/docs/v3.5/learning/api_guarantees/#isolation-level-and-consistency-of-replicas)).
    public enum Consistency: String, Sendable, Hashable, CaseIterable {
        /// Confirmed by the majority of the members: a read sees all earlier writes.
        case linearizable
        /// From the member that receives the request, even without a leader. The member may be behind.
        case serializable
    }

    /// The members: `host`, `host:port`, or a URL of `http` or `https`; `127.0.0.1:2379` by default. A host without a port
    /// has 2379. The first that responds is used until it fails.
    public var addresses = ["127.0.0.1:2379"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// Whether an address without a scheme uses `https`; false by default.
    public var usesTLS = false

    /// The certificate files of the client: by default the system's certificate authorities, and no client certificate.
    public var tls = ClientTLSConfiguration()

    /// The user for the login, if authentication is enabled; nil, the default, for none.
    public var user: String?

    /// The password of ``user``.
    public var password: Secret?

    /// Separates services that share an etcd cluster: `[A-Za-z0-9_-]{0,63}`. Empty by default, which is go-micro's
    /// layout.
    ///
    /// It is part of the prefix of the keys: `/micro/registry@NAMESPACE/`.
    public var namespace = ""

    /// The prefix of the keys: `/micro/registry/` by default, as in go-micro since 1.18. The earlier etcd plugin used
    /// `/micro-registry/`, with ports separate from addresses; records under that prefix are written in that form.
    public var prefix = "/micro/registry/"

    /// The consistency of lookups, lists and watches.
    public var consistency = Consistency.linearizable

    /// The time limit of one operation, for all addresses that it tries; 5 s by default. With several addresses, each gets
    /// an equal share.
    public var timeout: Duration = .seconds(5)

    /// How long a watch uses one connection; 30 s by default. A dead connection is detected after this time plus
    /// ``timeout``.
    public var watchRenewalInterval: Duration = .seconds(30)

    /// The maximum size of a response, in bytes; 64 MiB by default. It applies to one message of a watch, and to all pages
    /// of a list together.
    public var maxResponseSize = 64 * 1024 * 1024

    /// Creates a configuration with the defaults.
    public init() {}

    /// Creates a configuration from settings, with the defaults for settings that are not set.
    public init(configReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.registry.address") { address = text }
        namespace = reader.nonEmptyString("micro.registry.namespace") ?? namespace
        if reader.nonEmptyString("micro.registry") == "etcdv3" { prefix = "/micro-registry/" }
        prefix = reader.nonEmptyString("micro.registry.prefix") ?? prefix
        user = reader.nonEmptyString("etcdctl.user", isSecret: true)
        password = reader.nonEmptyString("etcdctl.password", isSecret: true).map(Secret.init)
        // As in etcdctl: without a separate password, the name includes it after a colon.
        if password == nil, let parts = user?.split(separator: ":", maxSplits: 1), parts.count == 2 {
            (user, password) = (String(parts[0]), Secret(String(parts[1])))
        }
        tls.certificateAuthorityFile = reader.nonEmptyString("etcdctl.cacert")
        tls.certificateFile = reader.nonEmptyString("etcdctl.cert")
        tls.keyFile = reader.nonEmptyString("etcdctl.key")
    }
}
