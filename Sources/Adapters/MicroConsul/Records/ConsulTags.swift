// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore

/// Stores the fields of a record that Consul does not support in go-micro's tags.
///
/// Tags are written as plain text, so that they are readable in Consul's UI: `v=1.0.0`, `t={"k":"v"}` for each pair of
/// node metadata, `e={…}` for each endpoint, `s={"k":"v"}` for each pair of service metadata (which go-micro skips). They
/// are read as plain text and in go-micro's compressed form: `v-`, `t-`, `e-` and the hexadecimal digits of a zlib stream
/// (RFC 1950).
struct ConsulTags: Equatable, Sendable {
    /// The maximum size of the decompressed texts of all tags of an instance, in bytes. It is above the limit of a
    /// record, because JSON is larger than the texts that it contains.
    static let maxDecompressedSize = 8 * ServiceRecord.maxSize

    /// Empty for a record that neither go-micro nor swift-micro has written.
    var version = ""
    var metadata: [String: String] = [:]
    var endpoints: [Endpoint] = []
    var nodeMetadata: [String: String] = [:]

    init(
        version: String = "", metadata: [String: String] = [:], endpoints: [Endpoint] = [],
        nodeMetadata: [String: String] = [:]
    ) {
        self.version = version
        self.metadata = metadata
        self.endpoints = endpoints
        self.nodeMetadata = nodeMetadata
    }

    /// The tags, in a stable order.
    func encoded() throws -> [String] {
        let encoder = JSONEncoder.stable
        func tag(_ kind: String, _ value: some Encodable) throws -> String {
            "\(kind)=\(String(decoding: try encoder.encode(value), as: UTF8.self))"
        }
        func tags(_ kind: String, _ pairs: [String: String]) throws -> [String] {
            try pairs.sorted { $0.key < $1.key }.map { try tag(kind, [$0.key: $0.value]) }
        }
        return try ["v=\(version)"] + tags("t", nodeMetadata) + tags("s", metadata) + endpoints.map { try tag("e", $0) }
    }

    /// Reads tags from untrusted sources. Other tags are ignored.
    ///
    /// - Parameters:
    ///   - tags: The tags of one service instance.
    ///   - skipped: Called with the kind of each tag that has go-micro's form but cannot be read.
    init(reading tags: [String], skipped: (Character) -> Void) {
        var available = Self.maxDecompressedSize
        for tag in tags {
            guard let kind = tag.first, "vtes".contains(kind), let content = Self.content(of: tag, &available) else {
                // A tag of another product, unless it begins like go-micro's compressed tags.
                if let kind = tag.first, "vte".contains(kind), tag.dropFirst().hasPrefix("-789c") { skipped(kind) }
                continue
            }
            switch kind {
            case "v": version = content
            case "t": Self.merge(content, into: &nodeMetadata) ? () : skipped(kind)
            case "s": Self.merge(content, into: &metadata) ? () : skipped(kind)
            default:
                if let endpoint = Self.decode(Endpoint.self, content) {
                    endpoints.append(endpoint)
                } else {
                    skipped(kind)
                }
            }
        }
    }

    /// The content of a tag; nil if it does not have the form of go-micro's tags or cannot be decompressed.
    ///
    /// - Parameter available: How much text may still be decompressed, in bytes.
    private static func content(of tag: String, _ available: inout Int) -> String? {
        let rest = tag.dropFirst()
        switch rest.first {
        case "=": return String(rest.dropFirst())
        case "-":
            let maxSize = min(ZlibText.maxTextSize, available)
            guard let text = ZlibText.decompressed(hexadecimal: rest.dropFirst(), maxSize: maxSize) else { return nil }
            available -= text.utf8.count
            return text
        default: return nil
        }
    }

    private static func merge(_ json: String, into pairs: inout [String: String]) -> Bool {
        guard let more = decode([String: String].self, json) else { return false }
        pairs.merge(more) { $1 }
        return true
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ json: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(json.utf8))
    }
}
