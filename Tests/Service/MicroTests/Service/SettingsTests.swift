// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import Logging
import MicroMemory
import TestServers
import Testing

@testable import Micro
@testable import MicroHTTP

private func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
    ConfigReader(provider: InMemoryProvider(values: values))
}

/// The names that select the default, except those whose warnings are tested: a warning is logged once per process.
private func names(_ adapters: ForeignAdapters) -> [String] {
    adapters.names.subtracting(["multicast", "quic", "eats"]).sorted() + ["default"]
}

@Suite struct SettingsTests {
    @Test(arguments: [
        ("30", 30_000), ("0.5", 500), ("500ms", 500), ("30s", 30_000), ("1m", 60_000), ("2h", 7_200_000),
        ("1m30s", 90_000), ("2h0.5s", 7_200_500), ("5000us", 5), ("5000µs", 5), ("5000000ns", 5),
    ])
    func durationSettingsAreParsed(_ text: String, _ milliseconds: Int) {
        #expect(Duration(setting: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "x", "-1", "0", "1d", "s", "1m30", "s30", "1.2.3s", "٣s", "1e300", "nan", "inf", "999999999h", "1 s",
    ])
    func invalidDurationSettingsAreRejected(
        _ text: String
    ) {
        #expect(Duration(setting: text) == nil)
    }

    @Test func serviceConfigurationReadsSettings() throws {
        let configuration = try Microservice.Configuration(
            name: "greeter",
            configReader: reader([
                "micro.server.name": "other", "micro.server.version": "2", "micro.server.id": "7",
                "micro.server.address": ":8080", "micro.server.advertise": "host:1", "micro.register.ttl": "9",
                "micro.server.metadata": "region=eu,zone=a=b,canary", "micro.server.start.timeout": "1m",
                "micro.server.grace.period": "0", "micro.server.drain.timeout": "2.5",
                "micro.server.concurrency.limit": "100", "micro.health.address": ":8086",
                "micro.health.readiness": "broker",
            ]))
        #expect(configuration.name == "other" && configuration.version == "2" && configuration.id == "7")
        #expect(configuration.address == Address(host: "0.0.0.0", port: 8080))
        #expect(configuration.advertise == Address(host: "host", port: 1))
        #expect(configuration.metadata == ["region": "eu", "zone": "a=b", "canary": ""])
        #expect(configuration.startTimeout == .seconds(60) && configuration.deregistrationGracePeriod == .zero)
        #expect(
            configuration.healthAddress == Address(host: "0.0.0.0", port: 8086) && configuration.readiness == [.broker])
        #expect(configuration.drainTimeout == .milliseconds(2500) && configuration.concurrencyLimit == 100)
        #expect(
            configuration.registration.timeToLive == .seconds(9) && configuration.registration.interval == .seconds(3))
    }

    @Test func startTimeoutCanBeUnlimited() throws {
        let configuration = try Microservice.Configuration(
            name: "greeter", configReader: reader(["micro.server.start.timeout": "forever"]))
        #expect(configuration.startTimeout == nil)
    }

    /// `docker stop` kills a container after ten seconds.
    @Test func defaultShutdownTakesLessThanTenSeconds() {
        let configuration = Microservice.Configuration(name: "greeter")
        #expect(
            configuration.registration.deregisterTimeout + configuration.deregistrationGracePeriod
                + configuration.drainTimeout + Components.closeTimeout < .seconds(10))
    }

    @Test func clientConfigurationReadsSettings() throws {
        let configuration = try Client.Configuration(
            configReader: reader([
                "micro.client.request.timeout": "250ms", "micro.client.retries": "0", "micro.selector": "roundrobin",
            ]))
        #expect(
            configuration.requestTimeout == .milliseconds(250) && configuration.maxRetries == 0
                && configuration.strategy == .roundRobin)
    }

    @Test(arguments: [
        ("micro.server.address", "nowhere:x"), ("micro.server.metadata", "=region"), ("micro.register.ttl", "soon"),
        ("micro.server.start.timeout", "never"), ("micro.server.grace.period", "-1"),
        ("micro.server.drain.timeout", "long"), ("micro.server.concurrency.limit", "0"),
        ("micro.health.address", "nowhere:x"), ("micro.health.readiness", "weather"),
        ("micro.client.retries", "-1"), ("micro.selector", "best"), ("micro.registry", "unknown"),
        ("micro.transport", "carrier"), ("micro.broker", "carrier"),
    ])
    func invalidSettingIsNamedInError(_ key: String, _ value: String) {
        let reader = reader([AbsoluteConfigKey(ConfigKey(key)): ConfigValue(.string(value), isSecret: false)])
        let error = #expect(throws: MicroError.self) { try Microservice("greeter", configReader: reader) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(value) == true)
        #expect(error?.message.contains(key.uppercased().split(separator: ".").joined(separator: "_")) == true)
    }

    @Test(arguments: [
        ("cache", SelectionStrategy.random), ("default", .random), ("blacklist", .random), ("static", .random),
        ("roundrobin", .roundRobin), ("registry", .random),
    ])
    func selectorsOfGoMicroAreAccepted(_ name: String, _ expected: SelectionStrategy) throws {
        #expect(
            try Client.Configuration(
                configReader: reader(["micro.selector": ConfigValue(.string(name), isSecret: false)])
            ).strategy == expected)
    }

    @Test(arguments: names(.registries))
    func registriesOfGoMicroAreReplacedByDefault(_ name: String) throws {
        let reader = reader(["micro.registry": ConfigValue(.string(name), isSecret: false)])
        #expect(try Backends.builtIn.makeRegistry(reader).name == "memory")
    }

    @Test(arguments: names(.transports))
    func transportsOfGoMicroAreReplacedByDefault(_ name: String) throws {
        let reader = reader(["micro.transport": ConfigValue(.string(name), isSecret: false)])
        #expect(try Backends.builtIn.makeTransport(reader).name == "http")
    }

    @Test(arguments: names(.brokers))
    func brokersOfGoMicroAreReplacedByDefault(_ name: String) throws {
        let reader = reader(["micro.broker": ConfigValue(.string(name), isSecret: false)])
        #expect(try Backends.builtIn.makeBroker(reader, registry: MemoryRegistry()).name == "memory")
    }

    /// Go Micro's programs set an interval of 30 s, which is the default of the time to live here.
    @Test(
        arguments: [
            (nil, "30", 90, 30), (nil, "5", 30, 5), ("60", "30", 60, 30), ("60", "10", 60, 10), ("0", nil, 30, 10),
            ("0", "0", 30, 10),
            ("0", "30", 90, 30), ("9", nil, 9, 3),
        ] as [(String?, String?, Int, Int)])
    func registrationSettingsOfGoMicroAreAccepted(
        _ timeToLive: String?, _ interval: String?, _ expectedTimeToLive: Int, _ expectedInterval: Int
    ) throws {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        values["micro.register.ttl"] = timeToLive.map { ConfigValue(.string($0), isSecret: false) }
        values["micro.register.interval"] = interval.map { ConfigValue(.string($0), isSecret: false) }
        let registration = try Microservice.Configuration(name: "svc", configReader: reader(values)).registration
        #expect(registration.timeToLive == .seconds(expectedTimeToLive))
        #expect(registration.interval == .seconds(expectedInterval))
    }

    /// Services with memory registries in different processes do not find each other: the warning must state this.
    @Test(arguments: [
        ("micro.registry", "multicast", "services in other processes are not found; set MICRO_REGISTRY", "memory"),
        ("micro.server", "grpc", "services that still use them cannot be called, and cannot call", "mucp"),
        ("micro.transport", "quic", "services that still use it cannot be called; set MICRO_TRANSPORT", "http, memory"),
        (
            "micro.broker", "eats", "events of services that still use it do not arrive; set MICRO_BROKER",
            "http, memory"
        ),
    ])
    func replacedSettingIsReportedOnceWithItsEffect(
        _ key: String, _ value: String, _ effect: String, _ choices: String
    ) throws {
        let log = LogRecorder()
        let reader = reader([AbsoluteConfigKey(ConfigKey(key)): ConfigValue(.string(value), isSecret: false)])
        try withLogger(log.logger) { _ in
            for _ in 0..<3 {
                let registry = try Backends.builtIn.makeRegistry(reader)
                _ = try Backends.builtIn.makeTransport(reader)
                _ = try Backends.builtIn.makeBroker(reader, registry: registry)
            }
        }
        let warnings = log.text.filter { $0.contains(effect) }
        #expect(warnings.count == 1)
        #expect(warnings.first.map { $0.contains(value) && $0.contains(choices) } == true, "\(log.text)")
    }

    @Test func emptySettingCountsAsUnset() throws {
        let keys = [
            "micro.server.name", "micro.server.version", "micro.server.id", "micro.server.address",
            "micro.server.advertise", "micro.server.metadata", "micro.server.start.timeout",
            "micro.server.grace.period", "micro.server.drain.timeout", "micro.server.concurrency.limit",
            "micro.health.address",
            "micro.health.readiness",
            "micro.transport.cert", "micro.transport.key", "micro.transport.ca", "micro.register.ttl",
            "micro.register.interval",
            "micro.zone", "micro.client.request.timeout", "micro.client.retries", "micro.selector", "micro.registry",
            "micro.registry.namespace", "micro.transport", "micro.broker", "micro.broker.address",
            "micro.broker.advertise",
        ]
        let emptySettings = reader(
            Dictionary(
                uniqueKeysWithValues: keys.map {
                    (AbsoluteConfigKey(ConfigKey($0)), ConfigValue(.string(""), isSecret: false))
                }))
        let service = try Microservice.Configuration(name: "greeter", configReader: emptySettings)
        #expect(service.name == "greeter" && service.version == "latest" && !service.id.isEmpty)
        #expect(service.address == Address(host: "127.0.0.1", port: 0) && service.advertise == nil)
        #expect(service.metadata == [:])
        #expect(service.registration.timeToLive == .seconds(30) && service.registration.interval == .seconds(10))
        let client = try Client.Configuration(configReader: emptySettings)
        #expect(client.requestTimeout == .seconds(5) && client.maxRetries == 2)
        #expect(client.strategy == .random && client.filter.zone == nil)
        let registry = try Backends.builtIn.makeRegistry(emptySettings)
        #expect(registry.name == "memory")
        #expect(try Backends.builtIn.makeTransport(emptySettings).name == "http")
        #expect(try Backends.builtIn.makeBroker(emptySettings, registry: registry).name == "memory")
        #expect(try Backends.builtIn.makeBroker(emptySettings, registry: RemoteRegistryStub()).name == "http")
    }

    @Test(
        "a backend that is not linked is an error that explains how to link it",
        arguments: [
            ("micro.registry", "consul", "memory"), ("micro.registry", "etcd", "memory"),
            ("micro.transport", "nats", "http, memory"), ("micro.broker", "nats", "http, memory"),
        ])
    func unlinkedBackendErrorExplainsHowToLink(_ key: String, _ value: String, _ linked: String) {
        let reader = reader([AbsoluteConfigKey(ConfigKey(key)): ConfigValue(.string(value), isSecret: false)])
        let error = #expect(throws: MicroError.self) { try Microservice("greeter", configReader: reader) }
        #expect(error?.code == .invalidArgument)
        let variable = key.uppercased().split(separator: ".").joined(separator: "_")
        #expect(
            error?.message
                == "\(variable)=\(value) is not linked into this program: choose one of \(linked), or import "
                + "MicroBackends and pass backends: .environment for other adapters")
    }

    @Test func defaultBrokerMatchesRegistryReach() throws {
        let remote = RemoteRegistryStub()
        #expect(try Backends.builtIn.makeBroker(reader([:]), registry: MemoryRegistry()).name == "memory")
        #expect(try Backends.builtIn.makeBroker(reader([:]), registry: remote).name == "http")
        let chosen = reader(["micro.broker": "memory"])
        #expect(try Backends.builtIn.makeBroker(chosen, registry: remote).name == "memory")
        let error = #expect(throws: MicroError.self) {
            try Backends.builtIn.makeBroker(reader(["micro.broker": "nats"]), registry: remote)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("MICRO_BROKER=nats is not linked into this program") == true)
    }

    @Test func httpBrokerDefaultsToServiceAddress() throws {
        func settings(_ values: [AbsoluteConfigKey: ConfigValue]) throws -> HTTPBrokerConfiguration {
            try HTTPBrokerConfiguration(configReader: reader(values))
        }
        let defaults = try settings([:])
        #expect(defaults.address == Address(host: "127.0.0.1", port: 0) && defaults.advertise == nil)
        let withServer = try settings(["micro.server.address": ":8080", "micro.server.advertise": "host:1"])
        #expect(
            withServer.address == Address(host: "0.0.0.0", port: 0) && withServer.advertise == Address(host: "host"))
        let own = try settings([
            "micro.server.address": ":8080", "micro.broker.address": "127.0.0.1:9", "micro.broker.advertise": "h:2",
        ])
        // An error names the variable that was set, or would help.
        #expect(withServer.advertiseSetting == "MICRO_SERVER_ADVERTISE")
        #expect(own.advertiseSetting == "MICRO_BROKER_ADVERTISE")
        #expect(own.address == Address(host: "127.0.0.1", port: 9) && own.advertise == Address(host: "h", port: 2))
        #expect(throws: MicroError.self) { try settings(["micro.broker.address": "nowhere:x"]) }
    }

    @Test func invalidServiceNameIsRejected() {
        #expect { try Microservice("a/b", configReader: reader([:])) } throws: {
            ($0 as? MicroError)?.code == .invalidName
        }
    }
}
