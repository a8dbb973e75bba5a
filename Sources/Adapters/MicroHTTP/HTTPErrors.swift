// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// The errors of the transport.
extension MicroError {
    /// The error for a connection that could not be opened.
    static func cannotConnect(to address: Address, _ cause: any Error) -> MicroError {
        MicroError(
            .unavailable, "cannot connect to \(address) (\(reason(cause)))", origin: Origin.transport, cause: cause,
            isSafeToRetry: true)
    }

    /// The error for an address that could not be bound.
    static func cannotListen(at address: Address, _ cause: any Error) -> MicroError {
        let problem =
            switch errnoCode(cause) {
            case EADDRINUSE: "the address is in use: choose another one, or port 0 for any free port"
            case EADDRNOTAVAIL: "the address does not belong to this machine"
            case EACCES: "permission denied: ports below 1024 need privileges"
            default: reason(cause)
            }
        return MicroError(
            .unavailable, "cannot listen at \(address): \(problem)", origin: Origin.transport, cause: cause,
            isSafeToRetry: true)
    }

    /// The error for a connection that broke after a request was written to it.
    static func connectionLost(to address: Address, _ cause: (any Error)?) -> MicroError {
        let detail = cause.map { " (\(reason($0)))" } ?? ""
        return MicroError(
            .unavailable, "\(address) closed the connection before it responded\(detail)", origin: Origin.transport,
            cause: cause)
    }

    /// A response that is not valid.
    ///
    /// - Parameter problem: Completes the sentence "the server responded …".
    static func badResponse(from address: Address, _ problem: String, cause: (any Error)? = nil) -> MicroError {
        MicroError(.internal, "\(address) responded \(problem)", origin: Origin.transport, cause: cause)
    }

    /// The error for a connection that failed while the caller waited for a response.
    static func exchangeFailed(with address: Address, _ cause: any Error) -> MicroError {
        switch cause {
        case HTTPParserError.invalidEOFState: connectionLost(to: address, cause)
        case let error as HTTPParserError:
            badResponse(from: address, "with bytes that are not HTTP/1.1 (\(error))", cause: error)
        case is NIOHTTPDecoderError: badResponse(from: address, "more often than it was called", cause: cause)
        default: connectionLost(to: address, cause)
        }
    }

    /// The transport was closed.
    static func transportClosed(wasSent: Bool = false) -> MicroError {
        MicroError(.closed, "the HTTP transport is closed", origin: Origin.transport, isSafeToRetry: !wasSent)
    }

    /// The error for a call or a stream whose deadline has passed.
    static func deadlineExceeded(_ request: TransportRequest, at address: Address, wasSent: Bool) -> MicroError {
        deadlineExceeded(request.service, request.endpoint, at: address, wasSent: wasSent)
    }

    static func deadlineExceeded(
        _ service: String, _ endpoint: String, at address: Address, wasSent: Bool
    ) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(service) \(endpoint) at \(address) did not respond in time", origin: Origin.transport,
            isSafeToRetry: !wasSent)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let last = error.connectionErrors.last { return reason(last.error) }
            return "the name cannot be resolved"
        case ChannelError.connectTimeout(let time): return "no response within \(time.nanoseconds / 1_000_000) ms"
        case is SocketAddressError.UnknownHost: return "the name cannot be resolved"
        default:
            guard let code = errnoCode(error) else { return "\(error)" }
            return String(cString: strerror(code)).lowercased()
        }
    }

    private static func errnoCode(_ error: any Error) -> CInt? { (error as? IOError)?.errnoCode }
}

extension MicroError.Code {
    /// The code for the status of a server that is neither swift-micro nor go-micro. A status that indicates a wrong
    /// address is `internal`, because it is not the response of a service.
    init(foreignStatus status: Int) {
        switch status {
        case 401, 403, 413, 429, 502, 503, 504: self.init(status: status)
        default: self = .internal
        }
    }
}
