// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Micro
import MicroBackends
import Synchronization
import Testing

@Suite struct BackendsTests {
    private func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    @Test func environmentSelectsRegistry() throws {
        let consul = try Backends.environment.makeRegistry(
            reader(["micro.registry": "consul", "micro.registry.address": "127.0.0.1:8501"]))
        #expect(consul.name == "consul" && consul.description == "Consul at http://127.0.0.1:8501")
        #expect(try Backends.environment.makeRegistry(reader([:])).name == "memory")
    }

    /// The name of Go Micro's plugin.
    @Test func etcdv3SelectsEtcd() throws {
        #expect(try Backends.environment.makeRegistry(reader(["micro.registry": "etcdv3"])).name == "etcd")
    }

    @Test func environmentSelectsTransport() throws {
        #expect(try Backends.environment.makeTransport(reader([:])).name == "http")
        #expect(try Backends.environment.makeTransport(reader(["micro.transport": "memory"])).name == "memory")
        #expect(try Backends.environment.makeTransport(reader(["micro.transport": "nats"])).name == "nats")
    }

    @Test func unknownNameErrorListsKnownNames() {
        let error = #expect(throws: MicroError.self) {
            try Backends.environment.makeRegistry(reader(["micro.registry": "zookeeper"]))
        }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.message
                == "MICRO_REGISTRY=zookeeper is not linked into this program: choose one of consul, etcd, memory")
    }

    @Test func invalidAddressIsRejected() {
        #expect {
            try Backends.environment.makeRegistry(
                reader(["micro.registry": "consul", "micro.registry.address": "a b"]))
        } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }

    /// A log of all settings omits those that are marked secret.
    @Test func credentialSettingsAreMarkedSecret() throws {
        let credentials: [AbsoluteConfigKey] = [
            "consul.http.token", "etcdctl.user", "etcdctl.password", "nats.password", "nats.token",
        ]
        let accessReporter = SecretAccessReporter()
        var values = Dictionary(uniqueKeysWithValues: credentials.map { ($0, ConfigValue("a:b", isSecret: false)) })
        for registry in ["consul", "etcd"] {
            values["micro.registry"] = ConfigValue(.string(registry), isSecret: false)
            let reader = ConfigReader(provider: InMemoryProvider(values: values), accessReporter: accessReporter)
            _ = try? Backends.environment.makeRegistry(reader)
        }
        values["micro.transport"] = "nats"
        _ = try? Backends.environment.makeTransport(
            ConfigReader(provider: InMemoryProvider(values: values), accessReporter: accessReporter))
        for key in credentials { #expect(accessReporter.isSecret(key) == true, "\(key)") }
    }
}

/// Records whether settings were read as secrets.
private final class SecretAccessReporter: AccessReporter {
    private let secrecyByKey = Mutex<[AbsoluteConfigKey: Bool]>([:])

    /// Whether a setting was secret in every read; nil if it was not read.
    func isSecret(_ key: AbsoluteConfigKey) -> Bool? { secrecyByKey.withLock { $0[key] } }

    func report(_ event: AccessEvent) {
        guard let value = try? event.result.get() else { return }
        secrecyByKey.withLock { $0[event.metadata.key] = value.isSecret && $0[event.metadata.key] ?? true }
    }
}
