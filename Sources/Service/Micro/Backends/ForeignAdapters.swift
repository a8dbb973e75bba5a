// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The names of adapters that Go Micro's own flags accept and that have no counterpart here.
///
/// They select the default, so that services can be migrated without changing their environment. A warning states
/// the consequences, because the service works but may not find other services.
struct ForeignAdapters: Sendable {
    let names: Set<String>
    /// The text of the warning: the consequence, and the setting to change.
    let effect: String

    static let registries = ForeignAdapters(
        names: [
            "cache", "eureka", "gossip", "mdns", "multi", "multicast", "nacos", "nats", "noop", "proxy", "service",
            "sidecar", "zookeeper",
        ],
        effect: """
            this registry of Go Micro is not supported and was replaced: services in other processes are not found; set \
            MICRO_REGISTRY to a registry that all services use
            """)
    static let transports = ForeignAdapters(
        names: ["grpc", "quic", "tcp", "udp", "utp"],
        effect: """
            this transport of Go Micro is not supported and was replaced: services that still use it cannot be called; set \
            MICRO_TRANSPORT to a transport that all services use
            """)
    /// The values of `MICRO_CLIENT` and `MICRO_SERVER`.
    static let protocols = ForeignAdapters(
        names: ["grpc"],
        effect: """
            Go Micro's gRPC client and server are not supported and were replaced: services that still use them cannot be \
            called, and cannot call; set MICRO_CLIENT and MICRO_SERVER of all services to mucp
            """)
    static let brokers = ForeignAdapters(
        names: [
            "eats", "gocloud", "googlepubsub", "grpc", "kafka", "mqtt", "nsq", "proxy", "redis", "segmentio", "service",
            "snssqs", "sqs", "stan", "stomp",
        ],
        effect: """
            this broker of Go Micro is not supported and was replaced: events of services that still use it do not arrive; \
            set MICRO_BROKER to a broker that all services use
            """)
}
