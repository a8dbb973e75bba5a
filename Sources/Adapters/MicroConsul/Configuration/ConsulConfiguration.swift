// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Configuration of a ``ConsulRegistry``.
///
/// Configuration keys: `micro.registry.address` (`MICRO_REGISTRY_ADDRESS`), `micro.registry.namespace`,
/// `micro.registry.datacenter`, and Consul's own `consul.http.token` (`CONSUL_HTTP_TOKEN`), `consul.http.ssl`
/// (`CONSUL_HTTP_SSL`), `consul.cacert` (`CONSUL_CACERT`), `consul.client.cert` (`CONSUL_CLIENT_CERT`) and
/// `consul.client.key` (`CONSUL_CLIENT_KEY`).
public struct ConsulConfiguration: Sendable {
    /// The consistency of reads
    /// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/features/consistency)).
    public enum Consistency: String, Sendable, Hashable, CaseIterable {
        /// The leader responds. For a moment after an election this may be the former leader.
        case `default`
        /// Any server responds, even without a leader: usually about 50 ms behind.
        case stale
        /// The leader responds, after the other servers have confirmed that it is the leader.
        case consistent
    }

    /// The agents: `host`, `host:port`, or a URL of `http` or `https`; `127.0.0.1:8500` by default. A host without a port
    /// has 8500. The first that responds is used until it fails.
    ///
    /// Use only the agent of this machine if there is one: a registration belongs to the agent that received it, and is
    /// repeated at another agent if that agent is lost.
    public var addresses = ["127.0.0.1:8500"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// Whether an address without a scheme uses `https`; false by default.
    public var usesTLS = false

    /// The certificate files of the client: by default the system's certificate authorities, and no client certificate.
    public var tls = ClientTLSConfiguration()

    /// The ACL token; nil, the default, for none.
    public var token: Secret?

    /// Separates services that share a Consul cluster: `[A-Za-z0-9_-]{0,63}`. Empty by default, which is go-micro's
    /// layout.
    ///
    /// In Consul, the names and IDs of services begin with it and a slash. It is not a namespace of Consul Enterprise.
    public var namespace = ""

    /// The datacenter for lookups, lists and watches; nil, the default, for the agent's datacenter. Registrations
    /// always belong to the agent's datacenter.
    public var datacenter: String?

    /// The consistency of lookups, lists and watches.
    public var consistency = Consistency.default

    /// The time limit of one operation, for all addresses that it tries; 5 s by default. With several addresses, each gets
    /// an equal share.
    public var timeout: Duration = .seconds(5)

    /// How long Consul holds a blocking query when nothing changes; 30 s by default. Consul adds up to a sixteenth. A
    /// dead connection is detected after this time plus ``timeout``.
    public var watchRenewalInterval: Duration = .seconds(30)

    /// The maximum size of a response, in bytes; 64 MiB by default.
    public var maxResponseSize = 64 * 1024 * 1024

    /// Creates a configuration with the defaults.
    public init() {}

    /// Creates a configuration from settings, with the defaults for settings that are not set.
    public init(configReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.registry.address") { address = text }
        namespace = reader.nonEmptyString("micro.registry.namespace") ?? namespace
        datacenter = reader.nonEmptyString("micro.registry.datacenter")
        token = reader.nonEmptyString("consul.http.token", isSecret: true).map(Secret.init)
        usesTLS = reader.bool(forKey: "consul.http.ssl", default: usesTLS)
        tls.certificateAuthorityFile = reader.nonEmptyString("consul.cacert")
        tls.certificateFile = reader.nonEmptyString("consul.client.cert")
        tls.keyFile = reader.nonEmptyString("consul.client.key")
    }
}
