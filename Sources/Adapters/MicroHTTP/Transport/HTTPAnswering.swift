// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// Runs the handler of a service and turns whatever comes of it into an answer.
struct HTTPAnswering: Sendable {
    let configuration: HTTPConfiguration
    let dialect: any HTTPDialect
    let logger: Logger

    func answer(_ request: TransportRequest, id: String?, _ handler: TransportHandler) async -> HTTPAnswer {
        do {
            let response = try await handler(request)
            do {
                return try HTTPAnswer(response, id: id, limits: configuration)
            } catch {
                log("a response cannot be sent", error, request)
                return dialect.answer(error, to: request, id: id)
            }
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, request) }
            return dialect.answer(MicroError(answering: request, with: error), to: request, id: id)
        }
    }

    /// Runs the handler of a stream, and tells the error that the caller gets; nil if it has ended in order.
    func hold(
        _ stream: TransportStream, _ request: TransportRequest, _ handler: TransportStreamHandler
    ) async -> MicroError? {
        do {
            try await handler(request, stream)
            return nil
        } catch {
            if !(error is MicroError || error is CancellationError) { log("a handler failed", error, request) }
            return MicroError(answering: request, with: error)
        }
    }

    private func log(_ message: Logger.Message, _ error: any Error, _ request: TransportRequest) {
        logger.error(
            message,
            metadata: ["service": "\(request.service)", "endpoint": "\(request.endpoint)", "error": "\(error)"])
    }
}
