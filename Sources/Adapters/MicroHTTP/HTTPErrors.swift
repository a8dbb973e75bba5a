// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// What can go wrong on the way, in the words of this toolkit.
extension MicroError {
    /// A connection that could not be opened.
    static func cannotConnect(to address: Address, _ cause: any Error) -> MicroError {
        MicroError(
            .unavailable, "cannot connect to \(address) (\(reason(cause)))", origin: Origin.transport, cause: cause,
            isSafeToRetry: true)
    }

    /// An address that could not be bound.
    static func cannotListen(at address: Address, _ cause: any Error) -> MicroError {
        let problem =
            switch errnoCode(cause) {
            case EADDRINUSE:
                "the address is in use: choose another with --address or MICRO_SERVER_ADDRESS, or 0 for any free port"
            case EADDRNOTAVAIL: "the address is not one of this machine"
            case EACCES: "this user may not use the port: ports below 1024 need privileges"
            default: reason(cause)
            }
        return MicroError(
            .unavailable, "cannot listen at \(address): \(problem)", origin: Origin.transport, cause: cause,
            isSafeToRetry: true)
    }

    /// A connection that broke after a request was written to it.
    static func connectionLost(to address: Address, _ cause: (any Error)?) -> MicroError {
        let detail = cause.map { " (\(reason($0)))" } ?? ""
        return MicroError(
            .unavailable, "\(address) closed the connection before it had answered\(detail)", origin: Origin.transport,
            cause: cause)
    }

    /// A peer that does not speak HTTP/1.1 as it should.
    static func badResponse(from address: Address, _ problem: String, cause: (any Error)? = nil) -> MicroError {
        MicroError(.internal, "\(address) answered \(problem)", origin: Origin.transport, cause: cause)
    }

    /// What failed while a response was awaited.
    static func exchangeFailed(with address: Address, _ cause: any Error) -> MicroError {
        switch cause {
        case HTTPParserError.invalidEOFState: connectionLost(to: address, cause)
        case let error as HTTPParserError:
            badResponse(from: address, "something that is not HTTP/1.1 (\(error))", cause: error)
        case is NIOHTTPDecoderError: badResponse(from: address, "more than it was asked", cause: cause)
        default: connectionLost(to: address, cause)
        }
    }

    /// The transport was closed.
    static func transportClosed(wasSent: Bool = false) -> MicroError {
        MicroError(.closed, "the HTTP transport is closed", origin: Origin.transport, isSafeToRetry: !wasSent)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let last = error.connectionErrors.last { return reason(last.error) }
            return "the name cannot be resolved"
        case ChannelError.connectTimeout(let time): return "no answer within \(time.nanoseconds / 1_000_000) ms"
        case is SocketAddressError.UnknownHost: return "the name cannot be resolved"
        default:
            guard let code = errnoCode(error) else { return "\(error)" }
            return String(cString: strerror(code)).lowercased()
        }
    }

    private static func errnoCode(_ error: any Error) -> CInt? { (error as? IOError)?.errnoCode }
}
