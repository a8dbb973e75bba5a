// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
package import MicroConformance
import MicroCore

/// A part of an adapter, with the harnesses that test it.
package struct AdapterPart<Harness>: Sendable {
    /// `registry`, `broker` or `transport`.
    package let name: String
    private let factory: @Sendable (HarnessDescription) -> HarnessDescription.Factory<Harness>?

    private init(
        _ name: String, _ factory: @escaping @Sendable (HarnessDescription) -> HarnessDescription.Factory<Harness>?
    ) {
        self.name = name
        self.factory = factory
    }

    /// The names of the adapters that have this part, in alphabetical order.
    package var adapterNames: [String] {
        HarnessDescription.all.filter { factory($0) != nil }.map(\.adapter.name).sorted()
    }

    /// Makes the harness of one adapter for a backend that is already running.
    ///
    /// - Parameter adapter: One of ``adapterNames``.
    /// - Throws: ``MicroCore/MicroError`` if the name is unknown, the backend cannot be reached, or it cannot be
    ///   controlled.
    package func makeHarness(of adapter: String, _ options: HarnessOptions) async throws -> Harness {
        guard let make = HarnessDescription.named(adapter).flatMap(factory) else {
            throw MicroError(
                .invalidArgument,
                "no \(name) named \"\(adapter)\": choose one of \(adapterNames.joined(separator: ", "))",
                origin: "conformance")
        }
        return try await make(options)
    }
}

extension AdapterPart<any RegistryHarness> {
    /// The registry, selected by `MICRO_REGISTRY` in a service.
    package static var registry: AdapterPart<any RegistryHarness> { Self("registry", \.makeRegistryHarness) }
}

extension AdapterPart<any BrokerHarness> {
    /// The broker, selected by `MICRO_BROKER` in a service.
    package static var broker: AdapterPart<any BrokerHarness> { Self("broker", \.makeBrokerHarness) }
}

extension AdapterPart<any TransportHarness> {
    /// The transport, selected by `MICRO_TRANSPORT` in a service.
    package static var transport: AdapterPart<any TransportHarness> { Self("transport", \.makeTransportHarness) }
}
