// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEdge

/// The WebSocket of `/registry`: sends each change of a node as `{"Action":"create","Service":{…}}`, in go-micro's form. The nodes
/// that are registered at the start are sent as created.
struct RegistrySocket: Sendable {
    /// A change in go-micro's JSON.
    private struct Event: Encodable {
        private enum CodingKeys: String, CodingKey {
            case action = "Action"
            case service = "Service"
        }

        let action: String
        let service: ServiceDocument
    }

    let registry: any Registry

    /// Accepts a handshake.
    ///
    /// - Parameter query: `service` selects one service.
    func upgrade(_ query: QueryParameters) throws -> WebSocketUpgrade {
        let name = query["service"].flatMap { $0.isEmpty ? nil : $0 }
        if let name { try NameRules.check(service: name) }
        let registry = registry
        return WebSocketUpgrade { socket in
            try await withThrowingTaskGroup { group in
                // The client's messages are read, so that its end is noticed.
                group.addTask { for try await _ in socket {} }
                group.addTask { try await Self.send(try registry.watch(name), over: socket) }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private static func send(_ watch: RegistryWatch, over socket: WebSocket) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var last = RegistryState()
        for await state in watch {
            if case .unknown = state.freshness { continue }
            for change in state.changes(since: last) {
                let event = Event(action: action(change.kind), service: ServiceDocument(change.service))
                try await socket.send(.text(String(decoding: try encoder.encode(event), as: UTF8.self)))
            }
            last = state
        }
    }

    private static func action(_ kind: RegistryChange.Kind) -> String {
        switch kind {
        case .created: "create"
        case .updated: "update"
        case .deleted: "delete"
        }
    }
}
