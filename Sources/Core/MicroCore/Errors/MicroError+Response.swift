// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension MicroError {
    /// Creates the error that a transport sends to a caller after a handler has thrown.
    ///
    /// A ``MicroError`` without an origin gets the name of the service. Any other error becomes `internal` without its text,
    /// which can contain details that callers must not see. ``isSafeToRetry`` follows from code and origin, since only
    /// these are sent.
    ///
    /// - Parameters:
    ///   - request: The request that the handler has handled.
    ///   - error: The error of the handler.
    public init(respondingTo request: TransportRequest, with error: any Error) {
        switch error {
        case let error as MicroError:
            self = error
            if origin.isEmpty { origin = request.service }
            isSafeToRetry = isRefusal
            details = boundedDetails
        case is CancellationError where request.deadline <= .now:
            self.init(
                .deadlineExceeded, "\(request.service) \(request.endpoint) did not finish by the caller's deadline",
                origin: request.service, cause: error)
        case is CancellationError:
            // The handler was running, so this is not a refusal: the origin is the service.
            self.init(
                .unavailable, "\(request.service) \(request.endpoint) was cancelled: the service is stopping",
                origin: request.service, cause: error)
        default:
            self.init(
                .internal, "\(request.service) \(request.endpoint) failed: see the log of the service",
                origin: request.service,
                cause: error)
        }
    }

    /// The response to opening a stream to an endpoint that is unknown or not a streaming endpoint.
    ///
    /// - Parameter request: The request that opens the stream.
    public static func streamNotFound(_ request: TransportRequest) -> MicroError {
        MicroError(
            .notFound, "\(request.service) has no streaming endpoint \(request.endpoint)",
            origin: Origin.server)
    }
}
