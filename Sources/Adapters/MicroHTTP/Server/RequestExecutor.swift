// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// Runs the handlers of a service and turns their results into responses.
final class RequestExecutor: Sendable {
    private let configuration: HTTPConfiguration
    private let wireFormat: any HTTPWireFormat
    private let logger: Logger

    init(configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat, logger: Logger) {
        self.configuration = configuration
        self.wireFormat = wireFormat
        self.logger = logger
    }

    func execute(_ request: TransportRequest, id: String?, _ handler: TransportHandler) async -> HTTPServerResponse {
        do {
            let response = try await handler(request)
            do {
                return try HTTPServerResponse(response, id: id, limits: configuration)
            } catch {
                log("a response could not be sent", error, request)
                return errorResponse(error, to: request, id: id)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, request) }
            return errorResponse(MicroError(respondingTo: request, with: error), to: request, id: id)
        }
    }

    /// Runs the handler of a stream.
    ///
    /// - Returns: The error for the caller; nil if the handler has returned.
    func executeStream(
        _ stream: TransportStream, _ request: TransportRequest, _ handler: TransportStreamHandler
    ) async -> MicroError? {
        do {
            try await handler(request, stream)
            return nil
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, request) }
            return MicroError(respondingTo: request, with: error)
        }
    }

    func errorResponse(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPServerResponse {
        wireFormat.errorResponse(error, to: request, id: id)
    }

    private func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "cause": "\(error)"])
    }
}
