// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// Writes the protocol of a service and its registration.
struct ServerWriter {
    let service: ServiceModel
    /// The access modifier with a trailing space; empty for internal.
    let access: String

    func write(to printer: inout CodePrinter) {
        writeProtocol(to: &printer)
        writeRegistration(to: &printer)
    }

    private func writeProtocol(to printer: inout CodePrinter) {
        printer.print()
        printer.print(
            DocumentationComment.text(of: service.descriptor) ?? "/// The service `\(service.descriptor.fullName)`.",
            "\(access)protocol \(service.protocolName): Sendable {")
        printer.withIndentation { printer in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { printer.print() }
                printer.print(method.documentation, signature(of: method))
            }
        }
        printer.print("}")
    }

    private func signature(of method: MethodModel) -> String {
        let (request, response) = (method.requestType, method.responseType)
        let parameters =
            switch (method.descriptor.clientStreaming, method.descriptor.serverStreaming) {
            case (false, false): "_ request: \(request)"
            case (false, true): "_ request: \(request), responses: Micro.MessageWriter<\(response)>"
            case (true, false): "_ requests: Micro.MessageReader<\(request)>"
            case (true, true): "_ stream: Micro.MessageStream<\(response), \(request)>"
            }
        let result = method.descriptor.serverStreaming ? "" : " -> \(response)"
        return "func \(method.name)(\(parameters), context: Micro.RequestContext) async throws\(result)"
    }

    private func writeRegistration(to printer: inout CodePrinter) {
        printer.print()
        printer.print(
            """
            extension Micro.Microservice {
                /// Adds the handlers of the service `\(service.descriptor.fullName)`.
                ///
                /// - Parameters:
                ///   - implementation: Handles the calls.
                ///   - mayBlock: Whether a method may block its thread or compute for long.
                \(access)func register(_ implementation: some \(service.protocolName), mayBlock: Swift.Bool = true) {
            """)
        printer.withIndentation { printer in
            printer.withIndentation { printer in
                for method in service.methods { writeHandler(of: method, to: &printer) }
            }
        }
        printer.print("    }", "}")
    }

    private func writeHandler(of method: MethodModel, to printer: inout CodePrinter) {
        let (handle, parameters, arguments) =
            switch (method.descriptor.clientStreaming, method.descriptor.serverStreaming) {
            case (false, false): ("handle", "request", "request")
            case (false, true): ("handleServerStream", "request, responses", "request, responses: responses")
            case (true, false): ("handleClientStream", "requests", "requests")
            case (true, true): ("handleStream", "stream", "stream")
            }
        printer.print(
            """
            \(handle)(\(service.endpointsName).\(method.name), mayBlock: mayBlock) { \(parameters), context in
                try await implementation.\(method.name)(\(arguments), context: context)
            }
            """)
    }
}
