// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Where Consul is, and how it is asked.
///
/// Configuration keys: `micro.registry.address` (`MICRO_REGISTRY_ADDRESS`), `micro.registry.namespace`,
/// `micro.registry.datacenter`, and Consul's own `consul.http.token` (`CONSUL_HTTP_TOKEN`), `consul.http.ssl`
/// (`CONSUL_HTTP_SSL`), `consul.cacert` (`CONSUL_CACERT`), `consul.client.cert` (`CONSUL_CLIENT_CERT`) and
/// `consul.client.key` (`CONSUL_CLIENT_KEY`).
public struct ConsulConfiguration: Sendable {
    /// How fresh an answer must be
    /// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/features/consistency)).
    public enum Consistency: String, Sendable, Hashable, CaseIterable {
        /// The leader answers; for a moment after an election it may be one that was voted out.
        case `default`
        /// Any server answers, also without a leader: usually some 50 ms behind.
        case stale
        /// The leader asks the others first whether it is still the leader.
        case consistent
    }

    /// The agents: `host:port`, or a URL of `http` or `https`; `127.0.0.1:8500` by default. The first that answers is
    /// used, until it does not any more.
    ///
    /// The best is the agent of this machine, alone: what is registered belongs to the agent that it was registered at,
    /// and is registered anew at another one when that agent is gone.
    public var addresses = ["127.0.0.1:8500"]

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

    /// Path of a PEM file with the certificate to show to an agent that verifies its clients.
    public var clientCertificateFile: String?

    /// Path of a PEM file with the key of that certificate; nil when it is in the same file.
    public var clientKeyFile: String?

    /// The ACL token; none by default.
    public var token: Secret?

    /// Sets services apart that share a Consul: `[A-Za-z0-9_-]{0,63}`, empty by default, which is go-micro's layout.
    ///
    /// In Consul the names and IDs of services are prefixed with it and a slash. It is no namespace of Consul Enterprise.
    public var namespace = ""

    /// The datacenter to look up, list and watch in; nil, by default, for that of the agent. What is registered always
    /// belongs to the agent's own.
    public var datacenter: String?

    /// How fresh lookups, lists and watches are.
    public var consistency = Consistency.default

    /// How long one operation may take, with all the addresses that it tries; 5 s by default. Of several addresses, one
    /// that does not answer is left after its share.
    public var timeout: Duration = .seconds(5)

    /// How long Consul holds a blocking query when nothing changes; 30 s by default. Consul adds up to a sixteenth. A
    /// dead connection is noticed after this time and ``timeout``.
    public var watchRenewalInterval: Duration = .seconds(30)

    /// The largest answer to accept, in bytes; 64 MiB by default.
    public var maxResponseSize = 64 * 1024 * 1024

    /// The defaults.
    public init() {}

    /// The defaults, changed by the settings of a reader.
    public init(configReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.registry.address") { address = text }
        namespace = reader.nonEmptyString("micro.registry.namespace") ?? namespace
        datacenter = reader.nonEmptyString("micro.registry.datacenter")
        token = reader.nonEmptyString("consul.http.token", isSecret: true).map(Secret.init)
        usesTLS = reader.bool(forKey: "consul.http.ssl", default: usesTLS)
        certificateAuthorityFile = reader.nonEmptyString("consul.cacert")
        clientCertificateFile = reader.nonEmptyString("consul.client.cert")
        clientKeyFile = reader.nonEmptyString("consul.client.key")
    }
}
