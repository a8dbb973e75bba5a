// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore

/// An HTTP client for the server behind a backend.
///
/// It does not use the adapter under test: the data that a case compares with the adapter's data must have another
/// source. Each request has a timeout of 10 s.
struct BackendHTTPClient: Sendable {
    /// The server's name and the advice for errors, as they appear in messages.
    struct Server: Sendable {
        /// `Consul`.
        let name: String
        /// For a connection that fails: `start an agent there, or pass the address of a running agent`.
        let connectionAdvice: String
        /// For a response that is not from this kind of server: `check that it is the address of an agent's HTTP interface`.
        let addressAdvice: String
    }

    private static let timeout = Duration.seconds(10)

    /// The address with its scheme, without a slash at the end.
    let url: String
    private let server: Server
    private let transfer: CurlTransfer

    /// - Parameters:
    ///   - address: `HOST:PORT`, with or without a scheme.
    ///   - usesTLS: Whether the scheme is `https` if the address has none.
    init(_ server: Server, address: String, usesTLS: Bool = false, tls: CurlTLS = CurlTLS()) {
        let hasScheme = address.hasPrefix("http://") || address.hasPrefix("https://")
        let complete = hasScheme ? address : (usesTLS ? "https://" : "http://") + address
        url = complete.hasSuffix("/") ? String(complete.dropLast()) : complete
        self.server = server
        transfer = CurlTransfer(configuration: .init(tls: tls))
    }

    /// Sends a request and returns the response, whatever its status is.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unavailable` if the request fails, or gets no response within 10 s.
    func send(
        _ method: String = "GET", _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> CurlResponse {
        do {
            return try await transfer.perform(
                CurlRequest(method: method, url: url + path, headers: headers, body: body, timeout: Self.timeout))
        } catch let error as CurlError {
            throw MicroError(
                .unavailable, "cannot reach \(server.name) at \(url): \(error.message); \(server.connectionAdvice)",
                origin: "conformance", cause: error)
        }
    }

    /// Decodes a JSON body.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `internal` for a body with other contents.
    func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw unexpectedResponse("unexpected JSON")
        }
    }

    /// The error for a request that the server has refused.
    ///
    /// - Parameter setting: The setting to check; nil if it cannot be the cause.
    func refusal(_ response: CurlResponse, _ details: String, check setting: String?) -> MicroError {
        let isDenied = response.status == 401 || response.status == 403
        return MicroError(
            isDenied ? .permissionDenied : .unavailable,
            "\(server.name) at \(url) responded with status \(response.status): \(details)"
                + (setting.map { "; check \($0)" } ?? ""), origin: "conformance")
    }

    /// The error for a response that this kind of server does not send.
    func unexpectedResponse(_ details: String) -> MicroError {
        MicroError(
            .internal, "the response of \(url) is not from \(server.name) (\(details)): \(server.addressAdvice)",
            origin: "conformance")
    }
}

extension CurlResponse {
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The first line of the body, at most 200 bytes, for error messages.
    var firstLine: String {
        let line = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first
        return line.map(String.init) ?? "no body"
    }
}
