// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension MicroError {
    /// The error that a caller gets when the handler of a service throws: what every transport sends.
    ///
    /// A ``MicroError`` without an origin comes from the service itself. Any other error is `internal`, and its text
    /// stays in the process: it may hold what callers must not see. Whether a caller may try again follows
    /// from code and origin alone, since nothing else travels.
    ///
    /// - Parameters:
    ///   - error: What the handler threw.
    ///   - request: The request that it was about.
    public init(respondingTo request: TransportRequest, with error: any Error) {
        switch error {
        case let error as MicroError:
            self = error
            if origin.isEmpty { origin = request.service }
            isSafeToRetry = isRefusal
        case is CancellationError where request.deadline <= .now:
            self.init(
                .deadlineExceeded, "\(request.service) \(request.endpoint) did not finish by the caller's deadline",
                origin: request.service, cause: error)
        case is CancellationError:
            // The service's own origin: the handler was running, so that this is no refusal.
            self.init(
                .unavailable, "\(request.service) \(request.endpoint) was cut off: the service stops",
                origin: request.service, cause: error)
        default:
            self.init(
                .internal, "\(request.service) \(request.endpoint) failed: its log says why", origin: request.service,
                cause: error)
        }
    }

    /// What a transport answers when a stream is opened to an endpoint that has none: unknown, or called without one.
    ///
    /// - Parameter request: The one that opens the stream.
    public static func streamNotFound(_ request: TransportRequest) -> MicroError {
        MicroError(
            .notFound, "\(request.service) has no endpoint \(request.endpoint) that is called by stream",
            origin: Origin.server)
    }
}
