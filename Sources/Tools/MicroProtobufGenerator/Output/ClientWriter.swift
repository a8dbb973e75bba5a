// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// Writes the client of a service.
struct ClientWriter {
    let service: ServiceModel
    /// The access modifier with a trailing space; empty for internal.
    let access: String

    func write(to printer: inout CodePrinter) {
        printer.print()
        printer.print(
            """
            /// A client of the service `\(service.descriptor.fullName)`.
            \(access)struct \(service.clientName): Sendable {
                private let microClient: Micro.Client
                private let serviceName: Swift.String

                /// Creates a client.
                ///
                /// - Parameters:
                ///   - client: Makes the calls.
                ///   - service: The name under which the service is registered.
                \(access)init(_ client: Micro.Client, service: Swift.String) {
                    self.microClient = client
                    self.serviceName = service
                }
            """)
        printer.withIndentation { printer in
            for method in service.methods {
                printer.print()
                write(method, to: &printer)
            }
        }
        printer.print("}")
    }

    private func write(_ method: MethodModel, to printer: inout CodePrinter) {
        let (request, response) = (method.requestType, method.responseType)
        let options = "options: Micro.CallOptions = .init()"
        let (parameters, result, call) =
            switch (method.descriptor.clientStreaming, method.descriptor.serverStreaming) {
            case (false, false): ("_ request: \(request), \(options)", response, "call")
            case (false, true):
                ("_ request: \(request), \(options)", "Micro.MessageReader<\(response)>", "serverStream")
            case (true, false):
                (
                    "\(options), _ send: (Micro.MessageWriter<\(request)>) async throws -> Swift.Void", response,
                    "clientStream"
                )
            case (true, true): (options, "Micro.MessageStream<\(request), \(response)>", "stream")
            }
        let arguments =
            switch (method.descriptor.clientStreaming, method.descriptor.serverStreaming) {
            case (false, _): "request, options: options"
            case (true, false): "options: options, send"
            case (true, true): "options: options"
            }
        printer.print(
            method.documentation,
            """
            \(access)func \(method.name)(\(parameters)) async throws -> \(result) {
                try await microClient.\(call)(serviceName, \(service.endpointsName).\(method.name), \(arguments))
            }
            """)
    }
}
