// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore

/// Which responses are compressed with gzip (RFC 9110, section 8.4.1.3), for clients that accept it.
///
/// Responses that are streams of messages (`text/event-stream`, `application/x-ndjson`), that have a coding already, or that
/// forbid it with `Cache-Control: no-transform` are never compressed. Do not compress responses that contain both a secret and a text of
/// an attacker: their length would reveal the secret ([BREACH](https://www.breachattack.com)).
public struct CompressionPolicy: Sendable, Hashable {
    /// The minimum size of a body, in bytes; 1 KiB by default. A body of unknown size is compressed.
    public var minSize = 1024
    /// The level of zlib, from 1 (fastest) to 9 (smallest); 6 by default. Other numbers count as the nearest of these.
    public var level = 6
    /// The media types that are compressed, in lower case; `text/*` are those of a kind. By default texts, JSON, XML, JavaScript, SVG
    /// and WebAssembly. Types that end in `+json` or `+xml` count as `application/json` and `application/xml`.
    public var mediaTypes: Set<String> = [
        "application/javascript", "application/json", "application/wasm", "application/xml", "image/svg+xml", "text/*",
    ]

    /// Creates the default policy.
    public init() {}

    /// Compresses the body of a response to a request, if this policy allows it.
    func apply(to response: inout Response, for request: Request) {
        guard isCompressible(response) else { return }
        response.headers.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        guard request.method != .head, Self.acceptsGzip(request.headers[values: .acceptEncoding]) else { return }
        let (body, level) = (response.body, min(max(level, 1), 9))
        let isStream = body.contentLength == nil
        response.body = ResponseBody { writer in
            let compressor = try GzipCompressor(level: level)
            let parent = writer
            try await body.write(GzipWriter(parent: parent, compressor: compressor, flushesParts: isStream))
        }
        response.headers[.contentLength] = nil
        response.headers[.contentEncoding] = "gzip"
        // The representation has other bytes now (RFC 9110, section 8.8.3).
        if let tag = response.headers[.eTag], !tag.hasPrefix("W/") { response.headers[.eTag] = "W/\(tag)" }
        response.headers[.acceptRanges] = nil
    }

    private func isCompressible(_ response: Response) -> Bool {
        guard response.status.code >= 200, ![204, 206, 304].contains(response.status.code),
            response.headers[.contentEncoding] == nil, response.headers[.contentRange] == nil,
            response.body.contentLength.map({ $0 >= max(1, minSize) }) ?? true,
            !(response.headers[.cacheControl] ?? "").lowercased().contains("no-transform")
        else { return false }
        let type = (response.headers[.contentType] ?? "").prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard !["text/event-stream", "application/x-ndjson"].contains(type), !type.isEmpty else { return false }
        let kind = type.prefix { $0 != "/" }
        return mediaTypes.contains(type) || mediaTypes.contains("\(kind)/*")
            || (type.hasSuffix("+json") && mediaTypes.contains("application/json"))
            || (type.hasSuffix("+xml") && mediaTypes.contains("application/xml"))
    }

    /// Whether a client accepts gzip (RFC 9110, section 12.5.3). A weight that cannot be read counts as 1.
    static func acceptsGzip(_ values: [String]) -> Bool {
        var weights: [String: Double] = [:]
        for part in values.flatMap({ $0.split(separator: ",") }).prefix(32) {
            let pieces = part.lowercased().filter { $0 != " " && $0 != "\t" }.split(separator: ";")
            guard let name = pieces.first else { continue }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            weights[name == "x-gzip" ? "gzip" : String(name)] = weight
        }
        return (weights["gzip"] ?? weights["*"] ?? 0) > 0
    }
}

/// Writes a body through a compressor.
private struct GzipWriter: ResponseBodyWriter {
    var parent: any ResponseBodyWriter
    let compressor: GzipCompressor
    /// Whether each part is sent on at once: the next one may take long.
    let flushesParts: Bool

    /// The number of bytes that are compressed before other tasks of the event loop can run.
    private static var maxSliceSize: Int { 64 * 1024 }

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while let slice = rest.readSlice(length: min(rest.readableBytes, Self.maxSliceSize)), slice.readableBytes > 0 {
            let isLast = rest.readableBytes == 0
            let compressed = try compressor.compress(slice, flushesPart: flushesParts && isLast)
            if compressed.readableBytes > 0 { try await parent.write(compressed) }
            if !isLast { await Task.yield() }
        }
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await parent.write(try compressor.finish())
        try await parent.finish(trailingHeaders)
    }
}
