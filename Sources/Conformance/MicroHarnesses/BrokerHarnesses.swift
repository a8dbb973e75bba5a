// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
public import MicroConformance
public import MicroCore
import MicroNATS

/// The harnesses of this toolkit's brokers, by name.
public enum BrokerHarnesses {
    /// The names, as in `MICRO_BROKER`.
    public static let names = ["http", "memory", "nats"]

    /// Makes one for a backend that runs already.
    ///
    /// - Parameters:
    ///   - name: One of ``names``.
    ///   - delivery: The delivery class that is put to the test.
    ///   - address: Where the backend is; nil for what the configuration says.
    ///   - control: How the server behind it is reached, to stop, kill and pause it; nil if it is not.
    ///   - reader: What the adapter is configured by besides.
    /// - Throws: ``MicroCore/MicroError``: there is no such harness, the backend is not there, or it cannot be controlled.
    public static func make(
        _ name: String, delivery: DeliveryGuarantee, address: String?, control: ControlSource? = nil,
        configuration reader: ConfigReader
    ) async throws -> any BrokerHarness {
        switch name {
        case "http":
            // The registry is its backend: the one that `MICRO_REGISTRY` names.
            let registry = reader.nonEmptyString("micro.registry") ?? "memory"
            guard delivery == .atMostOnce else {
                throw MicroError(
                    .unsupported, "the HTTP broker delivers at most once: leave --delivery out", origin: "conformance")
            }
            return HTTPBrokerHarness(
                on: try await RegistryHarnesses.make(
                    registry, address: address, control: control, configuration: reader))
        case "memory":
            try HarnessFactory.validateMemoryHarness("broker", controlledBy: control)
            return MemoryBrokerHarness(delivery)
        case "nats":
            var configuration = NATSConfiguration(configReader: reader)
            if let address { configuration.address = address }
            let monitoring = reader.nonEmptyString("nats.monitoring.address")
            let control = try await HarnessFactory.control(
                control, of: name, NATSContainerBackend(monitoring: monitoring ?? "127.0.0.1:8222"))
            return try await NATSBrokerHarness(
                configuration, delivery: delivery, control: control, monitoring: monitoring)
        default: throw HarnessFactory.unknownHarness("broker", name, of: names)
        }
    }
}
