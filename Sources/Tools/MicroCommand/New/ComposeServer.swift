// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A server in the compose file of a new package. The raw value is the name of the adapter and of the container.
enum ComposeServer: String {
    case consul
    case etcd
    case nats
    case rabbitmq

    /// The registries.
    static let registries = [consul, etcd].map(\.rawValue)
    /// The brokers that need a server.
    static let brokers = [nats, rabbitmq].map(\.rawValue)

    /// The server in the compose file, with the indentation of a service.
    var definition: String {
        let lines =
            switch self {
            case .consul: ["image: hashicorp/consul:1.21", "command: agent -dev -client 0.0.0.0"]
            case .etcd:
                [
                    "image: quay.io/coreos/etcd:v3.6.5",
                    "command: etcd --listen-client-urls http://0.0.0.0:2379 --advertise-client-urls http://etcd:2379",
                ]
            case .nats: ["image: nats:2.12-alpine"]
            case .rabbitmq:
                // The user guest may only connect from the container itself.
                [
                    "image: rabbitmq:4.2-alpine", "environment:", "  RABBITMQ_DEFAULT_USER: micro",
                    "  RABBITMQ_DEFAULT_PASS: change-me",
                ]
            }
        return "  \(rawValue):\n" + lines.map { "    \($0)\n" }.joined()
    }

    /// The variables with which a service uses the server.
    var settings: [(name: String, value: String)] {
        switch self {
        case .consul: [("MICRO_REGISTRY", "consul"), ("MICRO_REGISTRY_ADDRESS", "consul:8500")]
        case .etcd: [("MICRO_REGISTRY", "etcd"), ("MICRO_REGISTRY_ADDRESS", "etcd:2379")]
        case .nats: [("MICRO_BROKER", "nats"), ("MICRO_BROKER_ADDRESS", "nats://nats:4222")]
        case .rabbitmq:
            [
                ("MICRO_BROKER", "rabbitmq"), ("MICRO_BROKER_ADDRESS", "amqp://rabbitmq:5672"),
                ("RABBITMQ_USER", "micro"), ("RABBITMQ_PASSWORD", "change-me"),
            ]
        }
    }
}
