// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore
import MicroSidecar

/// The argument with the definition of a service.
struct ServiceDefinition: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The service as JSON, @FILE, or - for the standard input.", valueName: "json|@file|-"))
    var definition: [String] = []

    /// Reads the definition.
    ///
    /// - Parameter needsAddresses: Whether each node needs an address; otherwise a missing one gets a placeholder.
    /// - Throws: ``CommandError``.
    func record(needsAddresses: Bool = true) async throws -> ServiceRecord {
        guard !definition.isEmpty else { throw CommandError("require service definition", status: .usage) }
        // Go Micro joins the arguments, so that JSON without quotes around it works.
        let text = try await InputText.read(definition.joined(separator: " "))
        var document: ServiceDocument
        do { document = try JSONDecoder().decode(ServiceDocument.self, from: Data(text)) } catch {
            do { document = try Self.lenient(text) } catch {
                throw CommandError(
                    "the definition is not the JSON of a service: it needs name, and nodes with id, address and port",
                    status: .usage)
            }
        }
        if !needsAddresses { document.nodes = document.nodes?.map(Self.withAddress) }
        return document.record
    }

    private static func withAddress(_ node: ServiceDocument.NodeDocument) -> ServiceDocument.NodeDocument {
        var node = node
        if node.address.isEmpty { node.address = "127.0.0.1" }
        return node
    }

    /// Reads a definition whose nodes have no address.
    private static func lenient(_ text: [UInt8]) throws -> ServiceDocument {
        guard var object = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] else {
            throw CommandError("not an object")
        }
        object["nodes"] = (object["nodes"] as? [[String: Any]])?.map { node in
            node.merging(["address": ""]) { current, _ in current }
        }
        return try JSONDecoder().decode(
            ServiceDocument.self, from: try JSONSerialization.data(withJSONObject: object))
    }
}
