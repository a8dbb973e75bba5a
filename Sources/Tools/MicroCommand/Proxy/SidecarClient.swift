// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import GoMicroWire
import MicroCore

/// Sends requests to the HTTP interface of a sidecar: `/registry`, `/rpc` and `/broker`.
final class SidecarClient: Sendable, CustomStringConvertible {
    /// The maximum size of a response in bytes.
    private static let maxResponseSize = 64 * 1024 * 1024

    /// The URL without a path.
    let base: String
    private let token: Secret?
    private let transfer: CurlTransfer
    /// The TLS settings of requests and WebSockets.
    let tls: CurlTLS

    /// Creates a client. It connects with the first request.
    ///
    /// - Parameters:
    ///   - address: `HOST:PORT`, or a URL of `http` or `https`.
    ///   - settings: `MICRO_PROXY_TOKEN` is sent as a bearer token, and `MICRO_PROXY_CA` is the file with the certificate
    ///     authorities.
    /// - Throws: ``CommandError`` if the address is not valid.
    init(address: String, settings: Settings) throws {
        let hasScheme = address.hasPrefix("http://") || address.hasPrefix("https://")
        let authority = hasScheme ? String(address.drop { $0 != ":" }.dropFirst(3)) : address
        guard (try? Address(parsing: authority)) != nil, !address.contains("@") else {
            let shown = SecretSetting.redacted(address, of: SettingName.proxyAddress.variable)
            let advice = address.contains("@") ? ", and credentials in MICRO_PROXY_TOKEN" : ""
            throw CommandError(
                "--proxy-address \(TerminalText.escaped(shown, maxLength: 80)) is not an address: expected HOST:PORT\(advice)",
                status: .usage)
        }
        base = hasScheme ? address : "http://\(address)"
        let token = settings.variables["MICRO_PROXY_TOKEN"]
        // Other characters could add header fields.
        guard token?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ?? true else {
            throw CommandError(
                "MICRO_PROXY_TOKEN is not a token: it contains a space or a control character", status: .usage)
        }
        self.token = token.map(Secret.init)
        tls = CurlTLS(certificateAuthorityFile: settings.variables["MICRO_PROXY_CA"])
        transfer = CurlTransfer(configuration: .init(tls: tls))
    }

    /// The host and port, and whether the connection uses TLS.
    var socketAddress: (host: String, port: Int?, usesTLS: Bool) {
        get throws {
            let address = try Address(parsing: String(base.drop { $0 != ":" }.dropFirst(3)))
            return (address.host, address.port, base.hasPrefix("https"))
        }
    }

    /// The header fields that authenticate a request; empty without a token.
    var authorization: [(name: String, value: String)] {
        token.map { [("Authorization", "Bearer \($0.reveal())")] } ?? []
    }

    var description: String { "the sidecar at \(base)" }

    /// Sends a request and reads the whole response.
    ///
    /// - Returns: The body of a response with a status of 200…299.
    /// - Throws: The error of the response; `unavailable` or `deadlineExceeded` if there is none.
    func send(
        _ method: String, _ path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        body: [UInt8]? = nil, timeout: Duration = .seconds(10)
    ) async throws -> CurlResponse {
        let pairs = query.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        let request = CurlRequest(
            method: method, url: base + path + (pairs.isEmpty ? "" : "?\(pairs)"),
            headers: headers + authorization.map { ($0.name, $0.value) },
            body: body, timeout: timeout, maxBodySize: Self.maxResponseSize)
        let response: CurlResponse
        do { response = try await transfer.perform(request) } catch let error as CurlError {
            let code: MicroError.Code = error.kind == .timedOut ? .deadlineExceeded : .unavailable
            throw MicroError(
                code, "cannot reach \(self): \(error.message). Is it running, and is MICRO_PROXY_ADDRESS right?",
                origin: MicroError.Origin.client, cause: error)
        }
        guard (200..<300).contains(response.status) else { throw failure(response, path) }
        return response
    }

    /// Opens a WebSocket.
    ///
    /// - Throws: ``MicroError`` with `unavailable` if the sidecar cannot be reached, or refuses.
    func openWebSocket(
        _ path: String, query: [(String, String)], headers: [(name: String, value: String)] = [],
        timeout: Duration = .seconds(10), reader: any CurlSocketReader
    ) async throws -> CurlSocket {
        let address = try socketAddress
        let pairs = query.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        do {
            return try await CurlSocket.connect(
                to: CurlSocketTarget(
                    host: address.host, port: address.port ?? (address.usesTLS ? 443 : 80), usesTLS: address.usesTLS,
                    webSocketPath: "\(path)?\(pairs)", webSocketHeaders: headers + authorization), tls: tls,
                timeout: timeout, reader: reader)
        } catch let error as CurlError {
            throw MicroError(
                .unavailable, "cannot open a WebSocket at \(self): \(error.message)", origin: MicroError.Origin.client,
                cause: error)
        }
    }

    /// Closes all connections.
    func close() async { await transfer.close() }

    private func failure(_ response: CurlResponse, _ path: String) -> MicroError {
        let text = String(decoding: response.body.prefix(4096), as: UTF8.self)
        let error = MicroError(wireText: text, origin: "")
        // Go Micro's JSON has a code of its own; any other body only explains the status.
        if error.origin != "" || text.contains("\"code\"") { return error }
        let shown = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return MicroError(
            MicroError.Code(status: response.status),
            "\(self) responded to \(path) with status \(response.status)\(shown.isEmpty ? "" : ": \(shown)")",
            origin: MicroError.Origin.client)
    }

    /// A text as the value of a query parameter (RFC 3986, section 2.3).
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte)
                ? String(Unicode.Scalar(byte)) : String(format: "%%%02X", Int(byte))
        }.joined()
    }
}
