// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Completions of names, read from the registry within a second. A failure gives none: there is no place for an error.
enum Completion {
    private static let timeout = Duration.seconds(1)

    /// The names of contexts.
    static func contexts() -> [String] {
        ((try? ContextStore.standard.read())?.contexts.keys).map { $0.sorted() } ?? []
    }

    /// The names of services, for a shell.
    @Sendable static func services(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        await serviceNames(SettingsExtraction.extract(from: words).options).filter { $0.hasPrefix(prefix) }
    }

    /// The endpoints of the first word that is a service, for a shell.
    @Sendable static func endpoints(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let (options, rest) = SettingsExtraction.extract(from: words)
        let names = Set(await serviceNames(options))
        guard let service = rest.dropFirst().first(where: names.contains) else { return [] }
        return await endpointNames(of: service, options).filter { $0.hasPrefix(prefix) }
    }

    /// The services, or the endpoints of the service that is the word before, for the short form in a shell.
    @Sendable static func shortForm(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let (options, rest) = SettingsExtraction.extract(from: Array(words.prefix(index)))
        guard rest.count > 1 else { return await serviceNames(options).filter { $0.hasPrefix(prefix) } }
        guard rest.count == 2, !MicroTool.commandNames.contains(rest[1]) else { return [] }
        return await endpointNames(of: rest[1], options).filter { $0.hasPrefix(prefix) }
    }

    /// The names of services.
    ///
    /// - Parameter options: Settings, by environment variable.
    static func serviceNames(_ options: [String: String]) async -> [String] {
        await read(options) { try await $0.list() }
    }

    /// The endpoints of a service that can be called.
    ///
    /// - Parameter options: Settings, by environment variable.
    static func endpointNames(of service: String, _ options: [String: String]) async -> [String] {
        await read(options) { registry in
            let endpoints = try await registry.lookUp(service).flatMap(\.endpoints)
            return Set(endpoints.filter { $0.metadata["subscriber"] == nil }.map(\.name)).sorted()
        }
    }

    private static func read(
        _ options: [String: String], _ body: @escaping @Sendable (any Registry) async throws -> [String]
    ) async -> [String] {
        let names = try? await withDeadline(
            .now + timeout, orThrow: MicroError(.deadlineExceeded, "the registry did not respond within a second")
        ) {
            try await Settings(options: options).withRegistry(notes: false, body)
        }
        // Names that are not valid could be options or commands of a shell.
        return (names ?? []).filter { NameRules.isName($0) }
    }
}
