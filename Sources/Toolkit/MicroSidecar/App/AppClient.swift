// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge
import MicroGateway
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests to an app.
struct AppClient: Sendable {
    /// The header field with the token by which an app recognizes its sidecar.
    static let tokenField = "Micro-App-Token"

    /// A response of an app.
    struct Response: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: ByteBuffer

        /// The beginning of the body, for messages.
        var text: String { String(decoding: body.readableBytesView.prefix(1024), as: UTF8.self) }
    }

    let name: String
    let address: Address
    let token: Secret?
    let upstream: UpstreamClient
    /// The maximum size of a response's body, in bytes.
    let maxBodySize: Int

    /// Sends a request, and reads the whole response.
    ///
    /// - Parameters:
    ///   - url: An absolute URL, or a path at the address of the app.
    ///   - deadline: When to stop waiting.
    /// - Throws: ``MicroCore/MicroError``: `unavailable` if the app cannot be reached, safe to retry if no connection was made;
    ///   `deadlineExceeded`, `payloadTooLarge`; or `CancellationError`.
    func send(
        _ method: HTTPMethod, _ url: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        deadline: ContinuousClock.Instant
    ) async throws -> Response {
        var headers = headers
        if let token { headers.replaceOrAdd(name: Self.tokenField, value: token.reveal()) }
        let request = try request(method, url, headers, body ?? ByteBuffer())
        do {
            return try await withDeadline(deadline, orThrow: self.timeoutError) {
                let response = try await upstream.execute(request)
                return Response(
                    status: Int(response.status.code), headers: response.headers,
                    body: try await response.collect(upTo: maxBodySize))
            }
        } catch {
            throw failure(error)
        }
    }

    private func request(
        _ method: HTTPMethod, _ url: String, _ headers: HTTPHeaders, _ body: ByteBuffer
    ) throws(MicroError) -> UpstreamRequest {
        if url.hasPrefix("/") {
            return UpstreamRequest(method, url, at: address, headers: headers, body: .buffered(body))
        }
        guard let place = UpstreamRequest.place(of: url) else {
            throw MicroError(.invalidArgument, "\(url) is neither a path nor a URL with http or https", origin: name)
        }
        return UpstreamRequest(
            method, place.target, at: place.address, isSecure: place.isSecure, headers: headers, body: .buffered(body))
    }

    /// The error of an app that does not respond in time.
    var timeoutError: MicroError {
        MicroError(.deadlineExceeded, "\(name) at \(address) did not respond in time", origin: name)
    }

    private func failure(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError, is MicroError: return error
        case UpstreamError.invalidRequest(let reason):
            return MicroError(.invalidArgument, "\(name) cannot get the request: \(reason)", origin: name)
        case is NIOTooManyBytesError:
            return MicroError(
                .payloadTooLarge, "the response of \(name) at \(address) exceeds \(maxBodySize) bytes", origin: name)
        default:
            // An origin of the toolkit: the caller may try another node.
            let isRefused = ReverseProxy.isConnectFailure(error)
            return MicroError(
                .unavailable, "\(name) at \(address) cannot be reached: \(error)",
                origin: isRefused ? MicroError.Origin.server : name, cause: error, isSafeToRetry: isRefused)
        }
    }
}
