// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// Runs the handler of a service and turns whatever comes of it into an answer.
struct RequestExecutor: Sendable {
    let configuration: HTTPConfiguration
    let wireFormat: any HTTPWireFormat
    let logger: Logger

    func execute(_ request: TransportRequest, id: String?, _ handler: TransportHandler) async -> HTTPResponseHead {
        do {
            let response = try await handler(request)
            do {
                return try HTTPResponseHead(response, id: id, limits: configuration)
            } catch {
                log("a response cannot be sent", error, request)
                return wireFormat.errorResponse(error, to: request, id: id)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, request) }
            return wireFormat.errorResponse(MicroError(respondingTo: request, with: error), to: request, id: id)
        }
    }

    /// Runs the handler of a stream, and tells the error that the caller gets; nil if it has ended in order.
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

    private func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "error": "\(error)"])
    }
}
