// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Micro
import MicroBackends
import MicroHTTP
import MicroMemory
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
        #expect(try Backends.environment.makeTransport(reader(["micro.transport": "rabbitmq"])).name == "rabbitmq")
    }

    @Test func certificateSettingsGiveTransportTLS() throws {
        let error = #expect(throws: MicroError.self) {
            try Backends.environment.makeTransport(reader(["micro.transport.ca": "/nowhere.pem"]))
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("/nowhere.pem") == true)
        let unlinked = #expect(throws: MicroError.self) {
            try Backends.builtIn.makeTransport(reader(["micro.transport.cert": "service.pem"]))
        }
        #expect(unlinked?.message.contains("MICRO_TRANSPORT_CERT is set, but TLS is not linked") == true)
    }

    /// The code of the article "Writing an adapter".
    @Test func addedAdaptersAreSelectedByTheirNames() async throws {
        let settings: [AbsoluteConfigKey: ConfigValue] = [
            "micro.registry": "files", "micro.registry.address": "/srv/services", "micro.transport": "pipes",
            "micro.broker": "files",
        ]
        let registry = try Backends.withFiles.makeRegistry(reader(settings))
        #expect(registry.description == "files in /srv/services")
        #expect(try Backends.withFiles.makeTransport(reader(settings)).name == "memory")
        #expect(try Backends.withFiles.makeBroker(reader(settings), registry: registry).name == "http")
        // The other adapters are still there.
        #expect(try Backends.withFiles.makeRegistry(reader(["micro.registry": "consul"])).name == "consul")
        let error = #expect(throws: MicroError.self) { try Backends.environment.makeRegistry(reader(settings)) }
        #expect(error?.message.hasPrefix("MICRO_REGISTRY=files is not linked into this program") == true)
        let service = try Microservice(
            "greeter", backends: .withFiles, configReader: reader(["micro.registry": "files"]))
        #expect(service.registry.description == "files in /run/services")
    }

    @Test func unknownNameErrorListsKnownNames() {
        let error = #expect(throws: MicroError.self) {
            try Backends.environment.makeRegistry(reader(["micro.registry": "carrier"]))
        }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.message
                == "MICRO_REGISTRY=carrier is not linked into this program: choose one of consul, etcd, kubernetes, "
                + "memory")
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

extension Backends {
    /// The backends of a program with adapters of its own.
    fileprivate static var withFiles: Backends {
        var backends = Backends.environment
        backends.registries["files"] = { settings in
            FileRegistry(path: settings.string(forKey: "micro.registry.address", default: "/run/services"))
        }
        backends.transports["pipes"] = { _ in MemoryTransport() }
        backends.brokers["files"] = { _, registry in try HTTPBroker(registry: registry) }
        return backends
    }
}

/// A registry of another package.
private struct FileRegistry: Registry {
    let path: String
    private let base = MemoryRegistry()

    init(path: String) { self.path = path }

    var name: String { "files" }
    var description: String { "files in \(path)" }
    var capabilities: RegistryCapabilities { base.capabilities }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try await base.register(service, timeToLive: timeToLive)
    }
    func deregister(_ service: ServiceRecord) async throws { try await base.deregister(service) }
    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await base.lookUp(name) }
    func list() async throws -> [String] { try await base.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try base.watch(name) }
    func close() async { await base.close() }
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
