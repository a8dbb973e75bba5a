// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Configuration
import MicroConformance
package import MicroCore

/// The settings of a harness for a backend that is already running.
package struct HarnessOptions: Sendable {
    /// The address of the backend; nil for the address in ``configuration``.
    package var address: String?
    /// How the server behind the backend is controlled; nil if the cases must not control it.
    package var control: ControlSource?
    /// The delivery guarantee to test. Only brokers use it.
    package var delivery: DeliveryGuarantee
    /// The type of durable queues, `classic` or `quorum`; nil for the type in ``configuration``. Only RabbitMQ uses it.
    package var queueType: String?
    /// All other settings of the adapter, such as its credentials and its certificates.
    package var configuration: ConfigReader

    /// Creates options.
    package init(
        address: String? = nil, control: ControlSource? = nil, delivery: DeliveryGuarantee = .atMostOnce,
        queueType: String? = nil, configuration: ConfigReader
    ) {
        self.address = address
        self.control = control
        self.delivery = delivery
        self.queueType = queueType
        self.configuration = configuration
    }

    /// Makes the control of the compose service with a name; nil without a ``control``.
    ///
    /// - Throws: ``MicroCore/MicroError`` if compose is not installed or runs no container of that service.
    func makeControl(of service: String, _ backend: some ContainerBackend) async throws -> ComposeControl? {
        guard case .compose(let file)? = control else { return nil }
        return try await ComposeControl(ComposeCommand(file: file), service: service, backend: backend)
    }

    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if there is a ``control``.
    func validateNoControl(_ reason: String) throws {
        guard control == nil else {
            throw MicroError(.invalidArgument, "\(reason): omit --control", origin: "conformance")
        }
    }
}
